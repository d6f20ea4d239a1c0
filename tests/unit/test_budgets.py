"""The house's size limits, kept by a test so that no room grows into a hall."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for package in ("agent_tui", "backend_stub") for path in (ROOT / package).rglob("*.py"))
BROAD = {"Exception", "BaseException"}
ERROR_BOUNDARIES = {"agent_tui/app.py", "backend_stub/app.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_there_are_sources() -> None:
    assert len(SOURCES) > 20


def test_modules_fit_in_one_sitting() -> None:
    lines = {name(path): path.read_text().count("\n") for path in SOURCES}
    assert {
        module: count for module, count in lines.items() if count > (200 if module == "agent_tui/app.py" else 300)
    } == {}


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in functions(ast.parse(path.read_text()))
        if (node.end_lineno or 0) - node.lineno + 1 > 40
    ]
    assert long == []


def test_every_return_is_annotated() -> None:
    bare = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in functions(ast.parse(path.read_text()))
        if node.returns is None
    ]
    assert bare == []


def test_broad_excepts_only_at_the_two_error_boundaries() -> None:
    broad = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(item is None or (isinstance(item, ast.Name) and item.id in BROAD) for item in caught):
                broad.append(f"{name(path)}:{node.lineno}")
    assert [place for place in broad if place.rsplit(":", 1)[0] not in ERROR_BOUNDARIES] == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    assert [name(path) for path in SOURCES if any(word in path.read_text() for word in words)] == []
