"""What the documents name is there: files, make targets, commands and their options, tests, figures."""

import ast
import re
from argparse import ArgumentParser
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from agent_tui import arguments
from backend_stub import cli

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
# Where a path in a document may begin: at the root, in the tests, or in one of the two programs.
FROM = [ROOT, ROOT / "tests", ROOT / "agent_tui", ROOT / "backend_stub"]
TOPS = {path.name for place in FROM for path in place.iterdir() if path.is_dir()}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code(text: str) -> list[str]:
    """What stands in code: between backticks, or in lines set off by four spaces."""
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"^    (\S.*)", text, re.M)


def paths(text: str) -> set[str]:
    """Words of code that are files or folders of ours: they begin in one, or end as one of our files does."""
    words = {word.rstrip("/") for part in code(text) for word in re.findall(r"^[\w./-]+$", part)}
    return {word for word in words if ("/" in word and word.split("/")[0] in TOPS) or re.search(r"\w\.(py|md)$", word)}


def test_there_is_something_to_look_at() -> None:
    found = {name: paths(read(name)) for name in NAMES}
    assert {"README.md", "CONTRIBUTING.md", "docs/security.md", "docs/figures.md"} <= found.keys()
    assert found["README.md"] >= {"agent_tui/wire", "backend_stub/domain", "backend_stub/reference/sample"}
    assert paths("a `docs/nowhere.md` and `text/nowhere.py`, no `and/or`") == {"docs/nowhere.md", "text/nowhere.py"}
    assert sum(len(proofs_in(read(name))) for name in NAMES) > 150


@pytest.mark.parametrize("name", NAMES)
def test_every_file_named_or_linked_is_there(name: str) -> None:
    text = read(name)
    missing = {path for path in paths(text) if not any((place / path).exists() for place in FROM)}
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    missing |= {link for link in links if not ((ROOT / name).parent / link).exists()}
    assert missing == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_named_is_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    named = {found for part in code(read(name)) for found in re.findall(r"(?:^|\| )make ([a-z-]+)", part)}
    assert named <= targets


def test_every_make_target_is_phony_and_explained() -> None:
    makefile = read("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert targets == set(re.findall(r"^([a-z-]+):.*##", makefile, re.M))
    (phony,) = re.findall(r"^\.PHONY: (.*)", makefile, re.M)
    assert set(phony.split()) == targets


def options(parser: ArgumentParser) -> set[str]:
    """Every option of a parser and of the commands below it."""
    found = set(parser._option_string_actions)
    for action in parser._subparsers._group_actions if parser._subparsers else ():
        found |= set(chain.from_iterable(options(below) for below in (action.choices or {}).values()))  # type: ignore[union-attr]
    return found


def commands(parser: ArgumentParser) -> set[str]:
    assert parser._subparsers is not None
    return set(parser._subparsers._group_actions[0].choices or ())


@cache
def every_option() -> set[str]:
    ours = set(chain.from_iterable(map(options, arguments._parsers())))
    return ours.union(*(options(cli.parser(command)) for command in commands(cli.parser())))


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_named_is_there(name: str) -> None:
    parts = code(read(name))
    known = {"agent-tui": commands(arguments._parsers()[0]), "agent-tui-service": commands(cli.parser())}
    for program, there in known.items():
        named = {found for part in parts for found in re.findall(rf"^{program} ([a-z]+)", part)}
        assert named <= there, program
    typed = {
        word for part in parts if not part.startswith("make run ARGS") for word in re.findall(r"(?<!\S)--[a-z-]+", part)
    }
    assert typed <= every_option()


def proofs_in(text: str) -> list[tuple[str, str]]:
    """Files of tests and what is named of each: `folder/test_x: a_test, another...` up to the next semicolon or bar."""
    found = []
    for file, said in re.findall(
        r"\b((?:contract|faults|journeys|terminal|unit|snapshots)/test_\w+)(?:: ([^;|)]*))?", text
    ):
        names = re.findall(r"(?<![\w`])[.\w]*\w+_\w+_[.\w]*", re.sub(r"\([^)]*\)?|`[^`]*`", "", said))
        found += [(file, test) for test in names if not test.startswith("test_")] or [(file, "")]
    return found


@cache
def functions_of(file: str) -> list[str]:
    tree = ast.parse((ROOT / "tests" / f"{file}.py").read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [one.name.removeprefix("test_") for one in ast.walk(tree) if isinstance(one, kinds)]


@pytest.mark.parametrize("name", NAMES)
def test_every_test_named_is_there(name: str) -> None:
    missing = []
    for file, test in proofs_in(read(name)):
        wanted = re.compile(re.escape(test).replace(r"\.\.\.", ".*").removesuffix(r"\."))
        if not (ROOT / "tests" / f"{file}.py").exists() or (
            test and not any(map(wanted.fullmatch, functions_of(file)))
        ):
            missing.append((file, test))
    assert missing == []


@cache
def figures_printed() -> list[re.Pattern[str]]:
    """The names of every BENCH line, with anything where a name is put together."""
    found: set[str] = set()
    for path in (ROOT / "benchmarks").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "figure":
                found |= spelled(node.args[0], path)
    return [re.compile(pattern) for pattern in found]


def spelled(name: ast.expr, path: Path) -> set[str]:
    match name:
        case ast.Constant(value=str(text)):
            return {re.escape(text)}
        case ast.JoinedStr(values=parts):
            return {"".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in parts)}
    # A variable: one of the file's own words.
    return set(re.findall(r'"(\w+)"', path.read_text("utf-8")))


def test_every_figure_claimed_has_a_line_of_a_benchmark() -> None:
    rows = re.findall(r"^\| (.*?) \|", read("docs/figures.md"), re.M)
    claimed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert len(claimed) > 60
    assert [name for name in claimed if not any(p.fullmatch(name) for p in figures_printed())] == []
