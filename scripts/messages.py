"""Keeps the desk's catalogues: extracts every message, merges translations, compiles.

    python scripts/messages.py [--check] [FRAGMENT.po ...]

Fragments are .po files with translations (Vietnamese unless their header's Language says otherwise); a translation in a
fragment replaces the one on file. Prints what has no Vietnamese and what in a fragment no source asks for.
`--check` writes nothing and exits 1 when a catalogue on file is not what the sources and catalogues make.
"""

import argparse
import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "agent_tui" / "locale"
LANGUAGES = ("vi", "en")
MARKERS = {"_": 1, "N_": 1, "ngettext": 2}


def template() -> Catalog:
    """Every message of the sources, in the order of the files."""
    found = Catalog(project="agent-tui", charset="utf-8")
    for path in sorted((ROOT / "agent_tui").rglob("*.py")):
        source = path.read_text("utf-8")
        place = [(path.relative_to(ROOT).as_posix(), 1)]
        for message in marked(source):
            found.add(message, locations=place)
        if path.name == "errors.py":
            for message in error_sentences(source):
                found.add(message, locations=place)
    return found


def marked(source: str) -> Iterator[str | tuple[str, ...]]:
    """What `_`, `N_` and `ngettext` are called with; by the syntax tree, which sees into f-strings too."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        wanted = MARKERS.get(node.func.id, 0) if isinstance(node.func, ast.Name) else 0
        constants = [arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant)]
        texts = [text for text in constants if isinstance(text, str) and text]
        if wanted and len(texts) == wanted:
            yield texts[0] if wanted == 1 else tuple(texts)


def error_sentences(source: str) -> Iterator[str]:
    """What the error tree says: the first part of each tuple that a `_message` returns."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == "_message":
            for answer in ast.walk(node):
                if isinstance(answer, ast.Return) and isinstance(answer.value, ast.Tuple):
                    first = answer.value.elts[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value


def paths(language: str) -> tuple[Path, Path]:
    folder = LOCALE / language / "LC_MESSAGES"
    return folder / "desk.po", folder / "desk.mo"


def on_file(language: str) -> Catalog:
    po = paths(language)[0]
    if not po.exists():
        return Catalog(locale=language, domain="desk", charset="utf-8", project="agent-tui")
    with po.open("rb") as file:
        return read_po(file, locale=language, domain="desk", charset="utf-8")


def merged(language: str, fragments: list[Catalog]) -> tuple[Catalog, list[str]]:
    """The catalogue as it should be, and what the fragments translate that nothing asks for."""
    catalogue, old, strangers = template(), on_file(language), []
    catalogue.locale = language
    catalogue.fuzzy = False
    for source in (old, *fragments):
        for message in source:
            if not message.id or not _filled(message):
                continue
            mine = catalogue.get(message.id, message.context)
            if mine is not None:
                mine.string = _string(message, mine, catalogue.num_plurals)
                mine.flags.discard("fuzzy")
            elif source is not old:
                strangers.append(_key(message))
    return catalogue, strangers


def _filled(message: Message) -> bool:
    return bool(message.string[0] if isinstance(message.string, tuple | list) else message.string)


def _string(message: Message, mine: Message, plurals: int) -> str | tuple[str, ...]:
    given = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if not isinstance(mine.id, tuple | list):
        return given[0]
    return tuple(given[min(i, len(given) - 1)] for i in range(plurals))


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def compiled(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The .po and .mo of a catalogue, the same bytes for the same messages."""
    po, mo = io.BytesIO(), io.BytesIO()
    catalogue.header_comment = "# Messages of the desk; made by scripts/messages.py."
    catalogue.revision_date = catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_po(po, catalogue, width=0, include_lineno=False, sort_by_file=True, omit_header=False)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def missing(language: str) -> list[str]:
    """Messages of the sources without a translation on file."""
    catalogue, _strangers = merged(language, [])
    return [_key(message) for message in catalogue if message.id and not _filled(message)]


def stale() -> list[str]:
    """Catalogue files that are not what they should be."""
    found = []
    for language in LANGUAGES:
        catalogue, _strangers = merged(language, [])
        for path, data in zip(paths(language), compiled(catalogue), strict=True):
            if not path.exists() or path.read_bytes() != data:
                found.append(path.relative_to(ROOT).as_posix())
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("fragments", nargs="*", type=Path)
    options = parser.parse_args()
    if options.check:
        wrong = stale()
        print("\n".join(f"{path} is not current: run scripts/messages.py" for path in wrong))
        return 1 if wrong else 0
    fragments: dict[str, list[Catalog]] = {language: [] for language in LANGUAGES}
    for path in options.fragments:
        with path.open("rb") as file:
            fragment = read_po(file, charset="utf-8")
        fragments["en" if str(fragment.locale) == "en" else "vi"].append(fragment)
    for language in LANGUAGES:
        catalogue, strangers = merged(language, fragments[language])
        for path, data in zip(paths(language), compiled(catalogue), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for stranger in strangers:
            print(f"{language}: nothing asks for {stranger!r}")
    lacking = missing("vi")
    print("\n".join(f"vi: no translation of {text!r}" for text in lacking))
    print(f"{len(lacking)} messages without Vietnamese")
    return 0


if __name__ == "__main__":
    sys.exit(main())
