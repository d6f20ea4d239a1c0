"""Users and their skills."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from agent_tui import wire
from backend_stub.errors import Invalid, NotFound
from backend_stub.policy import Principal
from backend_stub.store.driver import sqlite3
from backend_stub.store.ids import new_id

CENTRES = ("EVNNPC", "EVNHANOI", "EVNCPC", "EVNSPC", "EVNHCMC")
ROLES: tuple[str, ...] = get_args(wire.Role)
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SKILL = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class UserRow:
    """One user as stored; `password_hash` is argon2id's encoded form."""

    id: str
    username: str
    name: str
    role: str
    centre: str
    extension: str | None
    password_hash: str
    disabled: bool
    skills: dict[str, int]

    def principal(self) -> Principal:
        """Return what the policy needs to know."""
        return Principal(self.id, self.username, self.name, self.role, self.centre, self.skills)


COLUMNS = "id, username, name, role, centre, extension, password_hash, disabled"


def _row(conn: sqlite3.Connection, row: sqlite3.Row) -> UserRow:
    skills = conn.execute("SELECT skill, level FROM user_skill WHERE user_id = ? ORDER BY skill", (row["id"],))
    return UserRow(
        row["id"],
        row["username"],
        row["name"],
        row["role"],
        row["centre"],
        row["extension"],
        row["password_hash"],
        bool(row["disabled"]),
        dict(skills.fetchall()),
    )


def by_name(conn: sqlite3.Connection, username: str) -> UserRow | None:
    """Return the user of that login name, whatever its case."""
    row = conn.execute(f"SELECT {COLUMNS} FROM user WHERE username = ?", (username,)).fetchone()
    return None if row is None else _row(conn, row)


def get(conn: sqlite3.Connection, user_id: str) -> UserRow | None:
    """Return the user of that id."""
    row = conn.execute(f"SELECT {COLUMNS} FROM user WHERE id = ?", (user_id,)).fetchone()
    return None if row is None else _row(conn, row)


def list_all(conn: sqlite3.Connection) -> list[UserRow]:
    """Return every user by login name."""
    rows = conn.execute(f"SELECT {COLUMNS} FROM user ORDER BY username").fetchall()
    return [_row(conn, row) for row in rows]


def check(username: str, name: str, role: str, centre: str, skills: dict[str, int]) -> None:
    """Refuse what cannot be a user; raises Invalid naming the field."""
    if not USERNAME.fullmatch(username):
        raise Invalid("name", "bad_name", "A login name has 1 to 64 letters, digits, dots, dashes or underscores.")
    if not name.strip():
        raise Invalid("display", "missing", "The display name is missing.")
    if role not in ROLES:
        raise Invalid("role", "unknown_value", f"The role {role!r} is unknown; it is one of {', '.join(ROLES)}.")
    if centre not in CENTRES:
        known = ", ".join(CENTRES)
        raise Invalid("centre", "unknown_value", f"The centre {centre!r} is unknown; it is one of {known}.")
    check_skills(skills)


def check_skills(skills: Mapping[str, int]) -> None:
    """Refuse what cannot be a skill and its level; raises Invalid."""
    for skill, level in skills.items():
        if not SKILL.fullmatch(skill) or not 1 <= level <= 5:
            raise Invalid("skills", "bad_skill", f"The skill {skill}:{level} is wrong; write name:level, level 1 to 5.")


def add(
    conn: sqlite3.Connection,
    *,
    username: str,
    name: str,
    role: str,
    centre: str,
    password_hash: str,
    now: float,
    skills: dict[str, int] | None = None,
    extension: str | None = None,
) -> str:
    """Store a new user and return its id; raises Invalid on a bad field or a name that is taken."""
    skills = skills or {}
    check(username, name, role, centre, skills)
    if by_name(conn, username) is not None:
        raise Invalid("name", "taken", f"There is already a user {username}.")
    user_id = new_id("u")
    conn.execute(
        "INSERT INTO user (id, username, name, role, centre, extension, password_hash, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (user_id, username, name, role, centre, extension, password_hash, now),
    )
    conn.executemany(
        "INSERT INTO user_skill (user_id, skill, level) VALUES (?, ?, ?)",
        [(user_id, skill, level) for skill, level in skills.items()],
    )
    return user_id


def _must(conn: sqlite3.Connection, username: str) -> UserRow:
    user = by_name(conn, username)
    if user is None:
        raise NotFound(f"user {username}")
    return user


def disable(conn: sqlite3.Connection, username: str) -> None:
    """Take a user's access away and end the sessions; raises NotFound."""
    user = _must(conn, username)
    conn.execute("UPDATE user SET disabled = 1 WHERE id = ?", (user.id,))
    conn.execute("DELETE FROM session WHERE user_id = ?", (user.id,))


def set_password(conn: sqlite3.Connection, username: str, password_hash: str) -> None:
    """Change a password and end the sessions that were opened with the old one; raises NotFound."""
    user = _must(conn, username)
    conn.execute("UPDATE user SET password_hash = ? WHERE id = ?", (password_hash, user.id))
    conn.execute("DELETE FROM session WHERE user_id = ?", (user.id,))
