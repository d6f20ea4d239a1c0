"""PostgreSQL's own full text over the same rows, where a server is installed: its times beside ours, not a target."""

import os
import pwd
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from backend_stub.store import search
from backend_stub.store.driver import sqlite3
from benchmarks.common import figure, percentile

PLACES = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
PROGRAMS = ("initdb", "pg_ctl", "psql")
SCHEMA = """CREATE TABLE c (id int, code text, name_f text, meter text);
\\copy c FROM '{path}'
CREATE INDEX ON c (code);
CREATE INDEX ON c USING gin (to_tsvector('simple', name_f));
ANALYZE c;
"""
ASK = "SELECT * FROM c WHERE to_tsvector('simple', name_f) @@ to_tsquery('simple', '{}') LIMIT 21;"


def _program(name: str) -> str | None:
    if found := shutil.which(name):
        return found
    everywhere = [place / name for pattern in PLACES for place in Path("/").glob(pattern)]
    return next((str(path) for path in sorted(everywhere, reverse=True) if path.exists()), None)


def _user() -> str | None:
    """Return whom the server must run as: it refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


def compare(conn: sqlite3.Connection, name: str, queries: list[str]) -> None:
    """Print both sides' wall times, or why there is nothing to compare."""
    user = _user()
    found = {program: path for program in PROGRAMS if (path := _program(program))}
    if user is None or len(found) < len(PROGRAMS):
        missing = sorted(set(PROGRAMS) - found.keys())
        print(f"PostgreSQL: no comparison, {f'{missing} not installed' if missing else 'no user to run it as'}")
        return
    home = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    try:
        shutil.chown(home, user)
        _compare(conn, name, queries, found, user, home)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"PostgreSQL: no comparison, {error}")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _compare(
    conn: sqlite3.Connection, name: str, queries: list[str], programs: dict[str, str], user: str, home: Path
) -> None:
    def run(program: str, *words: str, text: str = "") -> str:
        done = subprocess.run(
            [programs[program], *words],
            input=text,
            capture_output=True,
            text=True,
            user=user,
            cwd=home,
            check=True,
        )
        return done.stdout

    rows = home / "rows.tsv"
    with rows.open("w", encoding="utf-8") as file:
        for row in conn.execute("SELECT id, code, name_f, meter_no FROM customer"):
            file.write("\t".join(map(str, row)) + "\n")
    rows.chmod(0o644)
    data = str(home / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-sync")
    options = f"-k {home} -c listen_addresses='' -c shared_buffers=512MB -c fsync=off"
    run("pg_ctl", "-D", data, "-o", options, "-l", str(home / "log"), "-w", "start")
    try:
        psql = ("psql", "-h", str(home), "-U", "bench", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1")
        run(*psql, text=SCHEMA.format(path=rows))
        asked = {
            "any_order": [" & ".join(q.split()) + ":*" for q in queries],
            "nguyen": ["nguyen"] * 20,
            "letters": ["n:* & t:* & h:*"] * 5,
        }
        for what, texts in asked.items():
            script = "\\timing on\n" + "".join(ASK.format(text) + "\n" for text in texts)
            theirs = [float(ms) * 1e3 for ms in re.findall(r"^Time: ([0-9.]+) ms", run(*psql, text=script), re.M)]
            ours = [_wall(conn, text.replace(" & ", " ").replace(":*", "")) for text in texts]
            for part, of in (("p50", statistics.median), ("p99", lambda times: percentile(times, 0.99))):
                figure(f"{name}_{what}_wall_{part}_beside_postgres", of(ours), "us", "ratio<=1", of(theirs))
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")


def _wall(conn: sqlite3.Connection, q: str) -> float:
    began = time.perf_counter()
    search.find(conn, q)
    return (time.perf_counter() - began) * 1e6
