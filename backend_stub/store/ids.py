"""Opaque ids: sortable by nothing, guessable by nobody."""

import secrets


def new_id(prefix: str) -> str:
    """Return a fresh id such as `c_4f1d...` with 64 random bits."""
    return f"{prefix}_{secrets.token_hex(8)}"
