"""A service directory with so many fictitious customers, imported as an operator does, kept in the user's cache."""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from backend_stub import datadir
from backend_stub.ops.rows import COLUMNS
from backend_stub.sessions import token_hash
from backend_stub.store import connect, migrations
from benchmarks import crowd
from benchmarks.common import CENTRE, ROOT

SAMPLE, MILLION = 200_000, 1_000_000


@dataclass(frozen=True)
class Built:
    """What the import of the customers took: CPU and wall seconds, the importer's peak memory, the database's size."""

    cpu: float
    wall: float
    peak: int
    size: int


def files(place: Path, count: int) -> None:
    """Write network.csv and customers.csv."""
    made = crowd.Crowd(count)
    crowd.write(place / "network.csv", COLUMNS["network"], made.network())
    crowd.write(place / "customers.csv", COLUMNS["customers"], made.customers())


def run_import(data_dir: Path, kind: str, path: Path) -> "subprocess.Popen[bytes]":
    """Start the import command."""
    words = [sys.executable, "-m", "backend_stub", "import", str(data_dir), kind, str(path)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)


def load(data_dir: Path, kind: str, path: Path) -> Built:
    """Import a file and say what it took; SystemExit when any row was refused."""
    began = time.perf_counter()
    process = run_import(data_dir, kind, path)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the import of {path} ended with {process.returncode}")
    size = (data_dir / connect.DATABASE).stat().st_size
    return Built(usage.ru_utime + usage.ru_stime, time.perf_counter() - began, usage.ru_maxrss * 1024, size)


def build(data_dir: Path, place: Path, count: int) -> Built:
    """Make the directory with files in `place`; the customers' part of it is measured."""
    datadir.create(data_dir)
    files(place, count)
    load(data_dir, "network", place / "network.csv")
    return load(data_dir, "customers", place / "customers.csv")


def kept(count: int) -> Path:
    """Return where such a directory is kept: another schema is another place."""
    steps = "".join(migrations.checksum(group) for group in migrations.GROUPS)
    name = f"crowd-{count}-{hashlib.sha256(steps.encode()).hexdigest()[:12]}"
    return Path(platformdirs.user_cache_dir("agent-tui")) / "bench" / name


def keep(data_dir: Path, count: int) -> None:
    """Put a directory just made where `prepared` finds it, in place of older ones of this size."""
    target = kept(count)
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in target.parent.glob(f"crowd-{count}-*"):
        shutil.rmtree(old)
    shutil.move(data_dir, target)


def prepared(count: int, place: Path) -> Path:
    """Return a directory with so many customers, made in `place` first where there is none yet."""
    target = kept(count)
    if not (target / connect.DATABASE).exists():
        print(f"making {count:,} customers (once, kept in {target}) ...", flush=True)
        build(place / "made", place, count)
        keep(place / "made", count)
    return target


def agent(data_dir: Path) -> str:
    """Add an agent with a session and return the session's token."""
    conn = connect.writer(data_dir / connect.DATABASE)
    now, user, token = time.time(), f"u_{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    conn.execute(
        "INSERT INTO user (id, username, name, role, centre, password_hash, created_at) VALUES (?, ?, ?, ?, ?, '-', ?)",
        (user, user, "Lan Trần", "agent", CENTRE, now),
    )
    conn.execute(
        "INSERT INTO session (token_hash, user_id, created_at, expires_at, seen_at) VALUES (?, ?, ?, ?, ?)",
        (token_hash(token), user, now, now + 40_000, now),
    )
    conn.close()
    return token
