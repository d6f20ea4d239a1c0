"""What must never be seen again after a crash."""

from pathlib import Path

NAME = "CHIM YẾN VĂN TY"
PHONE = "0905 123 456"
PASSWORD = "mật-khẩu-chim-yến"
ALL = (NAME, PHONE, PASSWORD)


def seen(text: str) -> list[str]:
    """The canaries in a text."""
    return [canary for canary in ALL if canary in text]


def seen_in_files(folder: Path) -> list[tuple[str, list[str]]]:
    """The canaries in every file below a folder."""
    found = [
        (str(path), seen(path.read_bytes().decode("utf-8", "replace"))) for path in folder.rglob("*") if path.is_file()
    ]
    return [(path, canaries) for path, canaries in found if canaries]
