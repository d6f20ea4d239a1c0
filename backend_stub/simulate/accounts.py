"""The file that tells simulated parties and demo desks who they are: users with passwords, and how people were made."""

import os
from pathlib import Path

import msgspec
from msgspec import Struct


class User(Struct, frozen=True):
    """One login made by `seed`."""

    username: str
    password: str
    name: str
    role: str
    centre: str
    simulated: bool = False


class Accounts(Struct, frozen=True):
    """Everything a play needs to know of a seeded service."""

    customers: int
    seed: int
    users: list[User]

    def only(self, role: str) -> User:
        """The first user of a role; ValueError without one."""
        for user in self.users:
            if user.role == role:
                return user
        raise ValueError(f"there is no {role} among the accounts")


def write(path: Path, accounts: Accounts) -> None:
    """Write the file readable by its owner alone."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(msgspec.json.format(msgspec.json.encode(accounts)))


def read(path: Path) -> Accounts:
    """Read the file; raises OSError or msgspec.DecodeError."""
    return msgspec.json.decode(path.read_bytes(), type=Accounts)
