"""What helps to write: the caller's own drafts, text templates, and knowledge."""

import re

from agent_tui import wire
from backend_stub.errors import Invalid
from backend_stub.reference import knowledge
from backend_stub.routes.table import Answer, Call, Route
from backend_stub.store import drafts
from backend_stub.store.driver import sqlite3
from backend_stub.store.engine import Tx

KEY = re.compile(r"[A-Za-z0-9_.:\-]{1,80}")
LONGEST_QUERY = 400


def _key(call: Call) -> str:
    key = call.path["key"]
    if not KEY.fullmatch(key):
        raise Invalid("key", "bad_key", "A draft's key has 1 to 80 of A-Z a-z 0-9 _ . : and -.")
    return key


def _drafts(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page(drafts.every(conn, call.user.id)))


def _draft(conn: sqlite3.Connection, call: Call) -> Answer:
    found = drafts.get(conn, call.user.id, _key(call))
    return Answer(found, etag=found.version)


def _put(tx: Tx, call: Call) -> Answer:
    kept = drafts.put(tx, call.user.id, _key(call), call.body_as(wire.DraftRequest), call.if_match)
    return Answer(kept, etag=kept.version)


def _delete(tx: Tx, call: Call) -> Answer:
    drafts.delete(tx, call.user.id, _key(call))
    return Answer()


def _templates(conn: sqlite3.Connection, call: Call) -> Answer:
    return Answer(wire.Page(knowledge.templates()))


def _knowledge(conn: sqlite3.Connection, call: Call) -> Answer:
    q = call.query.get("q", "")
    if len(q) > LONGEST_QUERY:
        raise Invalid("q", "too_long", f"A query has at most {LONGEST_QUERY} characters.")
    return Answer(wire.Page(knowledge.search(q)[: call.limit()]))


WHERE = "/v1/drafts/{key}"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/drafts", "draft.list", "read", _drafts, answer=wire.Page[wire.Draft]),
    Route("GET", WHERE, "draft.read", "read", _draft, answer=wire.Draft),
    Route("PUT", WHERE, "draft.write", "write", _put, wire.DraftRequest, wire.Draft),
    Route("DELETE", WHERE, "draft.write", "write", _delete, status=204),
    Route("GET", "/v1/templates", "catalogue.list", "read", _templates, answer=wire.Page[wire.Template]),
    Route(
        "GET", "/v1/knowledge", "catalogue.list", "read", _knowledge,
        answer=wire.Page[wire.Article], query=("q", "limit"),
    ),
)  # fmt: skip
