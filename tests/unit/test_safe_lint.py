"""Text of strangers reaches the terminal through one door: only widgets/safe.py hands text to a markup widget."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOOR = "agent_tui/widgets/safe.py"
SOURCES = sorted(path for path in (ROOT / "agent_tui").rglob("*.py") if path.relative_to(ROOT).as_posix() != DOOR)
# Each reads a plain str as markup (Textual's or Rich's), dies on `[/b]`, or writes it to the terminal as it is.
WIDGETS = {
    "Static", "Label", "Button", "Checkbox", "RadioButton", "ToggleButton", "Collapsible", "Tab", "TabPane",
    "TabbedContent", "Tabs", "OptionList", "SelectionList", "Option", "Selection", "Select", "DataTable", "Tree",
    "TreeNode", "ListItem", "Markdown", "MarkdownViewer", "Digits", "Pretty", "Placeholder", "Header", "Log",
    "RichLog", "Tooltip", "Toast", "DiscoveryHit", "Hit", "Panel",
}  # fmt: skip
CALLS = {
    "notify", "add_row", "add_column", "add_columns", "add_rows", "add_option", "add_options", "add_leaf",
    "from_markup", "from_ansi", "update_cell", "set_options_markup", "with_tooltip", "write_line", "write_lines",
    "panic", "render_markup", "visualize", "set_window_title", "copy_to_clipboard", "print_json", "rule", "input",
    "update",
}  # fmt: skip
NAMES = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder", "TITLE", "SUB_TITLE",
         "label", "BORDER_TITLE", "BORDER_SUBTITLE"}  # fmt: skip
TEXT_ARGUMENTS = {"tooltip", "border_title", "border_subtitle", "placeholder", "label", "prompt", "title", "message",
                  "match_display", "help", "text", "sub_title"}  # fmt: skip
# Everywhere, whatever is called: these are text of a widget wherever they stand.
ANYWHERE = {"tooltip", "border_title", "border_subtitle"}
CONTENT = {"Content", "plain", "assemble", "styled", "hint"}
IMPORTS = {"rich.markup", "textual.markup", "rich.prompt", "textual.visual", "rich.console", "rich.traceback", "pprint"}
RENDERERS = {"render"}
# The terminal before and after the full screen: sentences of our own, whose values the functions named there clean.
PRINTS = {"agent_tui/cli.py", "agent_tui/plain.py", "agent_tui/launch.py", "agent_tui/demo.py", "agent_tui/crash.py",
          "agent_tui/doctor.py"}  # fmt: skip
# A dict and a hash are updated here; no widget is near.
NO_WIDGETS = {"agent_tui/text/fold.py", "agent_tui/demo.py"}
# What is taken out of texts, and what the terminal sends: both have to name it.
NAMES_ESC = {"agent_tui/text/clean.py", "agent_tui/keys/terminal_input.py"}
# The two that may: the clean copy, and what the copy key sends there.
CLIPBOARD = {"agent_tui/boundary.py", "agent_tui/screens/copying.py"}


def called(node: ast.Call) -> str:
    target = node.func
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def constants_of(function: ast.AST) -> set[str]:
    """Names that hold nothing but constants in this function."""
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
        elif isinstance(
            node, ast.For | ast.AsyncFor | ast.comprehension | ast.NamedExpr | ast.AugAssign | ast.AnnAssign
        ):
            for name in ast.walk(node.target):
                if isinstance(name, ast.Name):
                    values.setdefault(name.id, []).append(ast.Name(name.id))
    return {name for name, all_ in values.items() if all(constant(value, set()) for value in all_)}


def constant(node: ast.expr, names: set[str]) -> bool:
    """A literal, a translated literal, or something that is Content already."""
    match node:
        case ast.Constant():
            return True
        case ast.Name():
            return node.id in names
        case ast.IfExp():
            return constant(node.body, names) and constant(node.orelse, names)
        case ast.BinOp():
            return constant(node.left, names) and constant(node.right, names)
        case ast.Call():
            name = called(node)
            marked = name in {"_", "N_"} and bool(node.args) and isinstance(node.args[0], ast.Constant)
            return marked or name in CONTENT
        case ast.Dict() | ast.Set() | ast.List() | ast.Tuple() | ast.DictComp() | ast.SetComp():
            return False
    return False


def faults(source: str, name: str = "agent_tui/x.py") -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    seen: set[int] = set()
    for function in sorted(functions, key=lambda f: f.lineno, reverse=True):
        names = constants_of(function)
        for node in ast.walk(function):
            if id(node) not in seen:
                seen.add(id(node))
                yield from fault(node, names, name)
    for node in ast.walk(tree):
        if id(node) not in seen:
            yield from fault(node, set(), name)


def fault(node: ast.AST, names: set[str], name: str) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Call():
            yield from fault_of_call(node, names, name)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                attribute = target.attr if isinstance(target, ast.Attribute) else ""
                at_class = target.id if isinstance(target, ast.Name) and target.id.isupper() else ""
                if {attribute, at_class} & NAMES and node.value is not None and not constant(node.value, names):
                    yield node.lineno, f"{ast.unparse(target)} ="
        case ast.FunctionDef() if node.name in RENDERERS:
            answer = ast.unparse(node.returns) if node.returns else ""
            if answer not in {"Content", "Strip"}:
                yield node.lineno, f"render() -> {answer or 'anything'}: a str would be read as markup"
        case ast.Import() | ast.ImportFrom():
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            for module in modules:
                if module in IMPORTS:
                    yield node.lineno, f"import {module}"
        case ast.Constant(value=str() as text):
            # Only the gate of what is shown and the guard of what is typed may name control characters.
            if "\x1b" in text and name not in ("agent_tui/text/clean.py", "agent_tui/keys/terminal_input.py"):
                yield node.lineno, "an escape sequence of our own"


def fault_of_call(node: ast.Call, names: set[str], where: str) -> Iterator[tuple[int, str]]:
    name = called(node)
    texts = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in TEXT_ARGUMENTS)]
    if name == "update" and where in NO_WIDGETS:
        texts = []
    if name in WIDGETS | CALLS and not (name == "copy_to_clipboard" and where in CLIPBOARD):
        for text in texts:
            harmless = isinstance(text, ast.Lambda | ast.Starred) or (
                name in WIDGETS and isinstance(text, ast.Attribute)
            )
            if not constant(text, names) and not (harmless and name == "Hit"):
                yield node.lineno, f"{name}( with text that is not constant"
                break
    if name == "print" and where not in PRINTS:
        yield node.lineno, "print("
    if name == "write" and isinstance(node.func, ast.Attribute) and "driver" in ast.unparse(node.func).lower():
        yield node.lineno, "a write to the terminal"
    for keyword in node.keywords:
        off = isinstance(keyword.value, ast.Constant) and not keyword.value.value
        if keyword.arg in {"markup", "render_markup"} and not off:
            yield node.lineno, "markup="
        if keyword.arg in ANYWHERE and not constant(keyword.value, names):
            yield node.lineno, f"{keyword.arg}="
        if keyword.arg == "placeholder" and not constant(keyword.value, names):
            yield node.lineno, "placeholder="
        if name == "exit" and keyword.arg == "message" and not constant(keyword.value, names):
            yield node.lineno, "exit(message="


def test_nobody_goes_round_the_door() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {said}"
        for path in SOURCES
        for line, said in faults(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    ]
    assert found == []


PLANTED = [
    "Static(name)", "Static(f'{name}')", "Label(_(f'{x}'))", "Label(_('a') + name)",
    "Static(_('a {x}').format(x=name))",
    "self.app.notify(text)", "self.notify(_('x').format(n=n))", "notify('x', title=name)", "w.border_title = name",
    "w.border_subtitle = f'{n}'", "Static('x', markup=True)", "Static('x', markup=on)", "w.tooltip = f'{x}'",
    "Button('x', tooltip=name)", "Button(label=name)", "w.with_tooltip(name)", "table.add_row(name)",
    "table.add_row('a', name)", "table.add_column(name)", "table.update_cell(1, 2, name)", "tree.root.add_leaf(name)",
    "Content.from_markup(text)", "Content.from_markup('[b]' + x)", "Text.from_markup(text)", "Text.from_ansi(text)",
    "app.title = name", "self.app.title = f'{n}'", "self.sub_title = name", "class A(App):\n    TITLE = name",
    "OptionList(name)", "OptionList('a', name)", "ol.add_option(name)", "Option(name)", "Select(name)", "Tab(name)",
    "SelectionList((name, 1))", "TabPane(name)", "Checkbox(name)", "Collapsible(title=name)", "RadioButton(name)",
    "Select(rows, prompt=name)", "console.print(name)", "self.app.console.print(name)", "print(name)",
    "rich.print(name)",
    "w.update(name)", "self.query_one('#x', Static).update(f'{name}')", "w.update(_('x').format(n=name))",
    "Markdown(text)", "md.update(text)", "log.write_line(name)", "RichLog(markup=True)", "Digits(name)",
    "Pretty(thing)",
    "Hit(1.0, name, run)", "DiscoveryHit(name, run)", "TextArea(placeholder=name)", "Input(placeholder=f'{n}')",
    "w.placeholder = name", "self.app.panic(name)", "self.exit(message=name)", "app._driver.write(seq)",
    "self.app.copy_to_clipboard(name)", "visualize(self, name)", "from rich.markup import escape",
    "from textual.markup import escape", "from rich.console import Console", "x = '\\x1b]0;' + name",
    "def f():\n    a = name\n    Static(a)", "def f():\n    for a in names:\n        Static(a)",
    "class W(Widget):\n    def render(self) -> str:\n        return self.name",
    "class W(Widget):\n    def render(self) -> RenderResult:\n        return self.name",
    "def f():\n    text = _('x')\n    text += name\n    Static(text)", "Header(name)", "Panel(name)",
]  # fmt: skip


@pytest.mark.parametrize("source", PLANTED)
def test_the_lint_sees_it(source: str) -> None:
    assert list(faults(source))


@pytest.mark.parametrize(
    "source",
    [
        "Static('x')", "Label(_('Queue'))", "w.border_title = _('x')", "Static(Content(x))", "Static(plain(name))",
        "w.tooltip = Content(name)", "TextField(placeholder=_('a') if b else _('c'))", "table.placeholder('data')",
        "def f():\n    ask = _('x')\n    TextField(placeholder=ask)", "Button(Content(yes), id=name)",
        "class W(Widget):\n    def render(self) -> Content:\n        return self._line", "Static(id=name)",
    ],
)  # fmt: skip
def test_the_lint_lets_constants_pass(source: str) -> None:
    assert not list(faults(source))
