"""The failing disk of shim.c: compiled once, and what it kept made into a directory again after a power cut."""

import os
import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SECTOR = 512


def build(directory: Path) -> Path:
    """Compile shim.c; skips the test where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (cc) to build the failing disk with")
    library = directory / "shim.so"
    source = Path(__file__).with_name("shim.c")
    words = [compiler, "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    subprocess.run(words, check=True, capture_output=True)
    return library


@dataclass
class Disk:
    """The disk under one data directory."""

    library: Path
    data_dir: Path
    durable: Path
    log: Path
    quota: Path

    def seed(self) -> None:
        """Take everything that is in the directory as safely on the disk, and forget what was."""
        shutil.rmtree(self.durable, ignore_errors=True)
        self.durable.mkdir()
        self.log.unlink(missing_ok=True)
        names = []
        for path in self.data_dir.iterdir():
            inode = path.stat().st_ino
            shutil.copyfile(path, self.durable / str(inode))
            names.append(f"{inode} {path.name}\n")
        (self.durable / "names").write_text("".join(names))

    def environment(self, fail_at: int = 0, of: str = "", *, sticky: bool = False) -> dict[str, str]:
        """Return what the process gets to run on this disk."""
        return {
            "LD_PRELOAD": str(self.library), "FAULT_DIR": str(self.data_dir), "FAULT_DURABLE": str(self.durable),
            "FAULT_LOG": str(self.log), "FAULT_FAIL_AT": str(fail_at), "FAULT_STICKY": "1" if sticky else "",
            "FAULT_OF": of, "FAULT_QUOTA": str(self.quota),
        }  # fmt: skip

    def syncs(self) -> list[tuple[str, bool]]:
        """Return the name of every synced file in order, with whether it failed."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [(line.split()[1], line.endswith("EIO")) for line in lines]

    def survivors(self, target: Path, torn: random.Random | None = None) -> Path:
        """Make the directory a power cut leaves: synced bytes only, or (`torn`) any of the other sectors too."""
        target.mkdir()
        live = {path.stat().st_ino: path for path in self.data_dir.iterdir()}
        for line in (self.durable / "names").read_text().splitlines():
            inode, _, name = line.partition(" ")
            kept = self.durable / inode
            content = kept.read_bytes() if kept.exists() else b""
            if torn is not None and int(inode) in live:
                content = tear(content, live[int(inode)].read_bytes(), torn)
            (target / name).write_bytes(content)
        return target

    def cut(self, torn: random.Random | None = None) -> None:
        """Put the survivors in the directory's place; nothing may run on it."""
        target = self.survivors(self.data_dir.with_name("survivors"), torn)
        shutil.rmtree(self.data_dir)
        target.rename(self.data_dir)
        self.seed()


def tear(kept: bytes, live: bytes, chance: random.Random) -> bytes:
    """Mix two states of a file sector by sector: a disk may write what was not synced, in any order, or not."""
    size = chance.choice((len(kept), len(live)))
    kept, live = kept.ljust(size, b"\0"), live.ljust(size, b"\0")
    parts = (
        (kept if chance.random() < 0.5 else live)[at : at + SECTOR] for at in range(0, size, SECTOR)
    )  # fmt: skip
    return b"".join(parts)[:size]


def disk(library: Path, data_dir: Path) -> Disk:
    """Return a disk under the directory, everything in it on the disk."""
    where = data_dir.parent
    made = Disk(library, Path(os.path.realpath(data_dir)), where / "durable", where / "syncs.log", where / "quota")
    made.seed()
    return made
