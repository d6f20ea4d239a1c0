"""Reading of the reference tables: tab-separated text with comment lines that name source, licence and date."""

from importlib import resources


def read(name: str) -> list[dict[str, str]]:
    """The rows of a table of this package by column name, in file order; ValueError for a row of another width."""
    text = resources.files("backend_stub.reference").joinpath(name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    columns = lines[0].split("\t")
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines[1:]]
