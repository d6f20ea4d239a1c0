"""Is the schema the one of its steps? Compared with a database made on the spot, object by object."""

from collections.abc import Iterator

from backend_stub.store import migrations
from backend_stub.store.driver import sqlite3

_OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
# These two are written by the machinery of the steps, not by a step.
_MACHINERY = frozenset(("_sqlite_migrations", "idx__sqlite_migrations_migration_set_name", "schema_step"))

Objects = dict[tuple[str, str], str | None]


def objects(conn: sqlite3.Connection) -> Objects:
    """Return every table, index and trigger with its statement."""
    return {(row[0], row[1]): row[2] for row in conn.execute(_OBJECTS) if row[1] not in _MACHINERY}


def expected(version: int) -> Objects:
    """Return what the first `version` steps of this program make."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for group in migrations.GROUPS[:version]:
            for statement in migrations.statements(group):
                conn.execute(statement)
        return objects(conn)
    finally:
        conn.close()


def problems(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield every object that is missing, foreign or different, and every step that was applied in other words."""
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    found, wanted = objects(conn), expected(version)
    for kind, name in sorted(wanted.keys() - found.keys()):
        yield f"the {kind} {name} is missing"
    for kind, name in sorted(found.keys() - wanted.keys()):
        yield f"the {kind} {name} is not ours"
    for kind, name in sorted(key for key in wanted.keys() & found.keys() if wanted[key] != found[key]):
        yield f"the {kind} {name} was changed"
    for step in migrations.changed_steps(conn):
        yield f"step {step} of this program is not the one that made this database"


def trigger_problems(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the triggers that are missing or different: quick enough for every start."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    found = {row[1]: row[0] for row in conn.execute(sql)}
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    wanted = [
        statement
        for group in migrations.GROUPS[:version]
        for statement in migrations.statements(group)
        if statement.startswith("CREATE TRIGGER")
    ]
    for statement in wanted:
        if statement not in found:
            yield f"the trigger {statement.split()[2]} is missing or was changed"
    for statement, name in found.items():
        if statement not in wanted:
            yield f"the trigger {name} is not ours"
