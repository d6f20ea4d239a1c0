"""A world of two centres, and for every route one request that works: for the matrix and the hostile tests."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from agent_tui import wire
from backend_stub import policy
from backend_stub.policy import Principal, Row
from backend_stub.routes.table import Route
from backend_stub.store import bills, contact_rows, dispatches, drafts, undo
from backend_stub.store.engine import Tx
from tests.contract import grid
from tests.contract.desk import report
from tests.service import PASSWORD, Running

HERE, THERE = "EVNCPC", "EVNHANOI"
ROLES = ("agent", "lead", "admin", "channel")
CUSTOMER = grid.HOME


@dataclass
class Request:
    """What is sent; `row` is what the policy is asked about."""

    path: dict[str, str] = field(default_factory=dict)
    query: str = ""
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    row: Row | None = None


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def ask(
    app: object, method: str, path: str, query: bytes = b"", headers: dict[str, str | bytes] | None = None,
    body: bytes = b"",
) -> Answer:  # fmt: skip
    """Call the app itself: nothing between the test and it mends what is sent. A stream is left at once."""
    pairs = [(name.encode(), _bytes(value)) for name, value in {"host": "localhost", **(headers or {})}.items()]
    answer = Answer(0, {}, b"")
    asked = 0

    async def receive() -> dict[str, object]:
        nonlocal asked
        asked += 1
        if asked == 1:
            return {"type": "http.request", "body": body, "more_body": False}
        return {"type": "http.disconnect"}

    async def send(event: dict) -> None:
        if event["type"] == "http.response.start":
            answer.status = event["status"]
            answer.headers = {name.decode(): value.decode() for name, value in event["headers"]}
        else:
            answer.body += event["body"]

    scope = {
        "type": "http", "method": method, "path": path, "query_string": query, "headers": pairs,
        "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive, send)
    return answer


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def bill(tx: Tx) -> None:
    """Store one bill of the customer the cases speak of."""
    payer = bills.payers(tx.conn, [CUSTOMER])[CUSTOMER]
    values = (payer.id, "2026-10", "2026-10-01", "2026-10-31", 350, "residential", 1, "unpaid", "2026-11-12", None)
    bills.upsert_bills(tx.conn, [values])


class World:
    """Users of every role in two centres, and things made for whoever is to touch them."""

    def __init__(self, svc: Running) -> None:
        self.svc = svc
        self.users: dict[tuple[str, str], Principal] = {}
        self.tokens: dict[str, str] = {}
        self.outage = ""

    async def fill(self) -> None:
        await grid.set_up(self.svc)
        await self.svc.engine.write(bill)
        for centre in (HERE, THERE):
            for role in ROLES:
                name = f"channel-{centre.lower()}" if role == "channel" else f"{role}-{centre.lower()}"
                user_id = await self.svc.add_user(name, role, centre)
                self.users[role, centre] = Principal(user_id, name, name.title(), role, centre)
                self.tokens[user_id] = (await self.svc.client(name)).headers["authorization"]
        lead = await self.svc.client(f"lead-{HERE.lower()}")
        made = await lead.post("/v1/outages", json={"device": "T1", "kind": "unplanned"})
        assert made.status_code == 201, made.text
        self.outage = made.json()["id"]

    async def contact(self, centre: str, state: str, actor: Principal) -> dict:
        """Report a contact in a centre and put it into a state, in the actor's hands where the state has any."""
        made = await report(await self.svc.channel(centre), channel="webchat", text="mất điện")
        user = actor.id

        def put(tx: Tx) -> None:
            tx.conn.execute("DELETE FROM agent_state WHERE user_id = ?", (user,))
            tx.conn.execute(
                "INSERT INTO agent_state (user_id, intent, activity, since) VALUES (?, 'available', 'idle', ?)",
                (user, tx.now),
            )
            tx.conn.execute("UPDATE contact SET state = 'closed' WHERE agent = ? OR offered_to = ?", (user, user))
            hand = user if state in ("connected", "held", "closed") else None
            offered = user if state == "offered" else None
            tx.conn.execute(
                "UPDATE contact SET state = ?, agent = ?, offered_to = ?, offer_until = ? WHERE id = ?",
                (state, hand, offered, tx.now + 1e6, made["id"]),
            )
            answered = None if hand is None else tx.now
            tx.conn.execute(
                "UPDATE segment SET agent = ?, offered_at = ?, answered_at = ? WHERE contact = ? AND outcome IS NULL",
                (hand or offered, tx.now, answered, made["id"]),
            )

        await self.svc.engine.write(put)
        return made

    async def ticket(self, centre: str) -> dict:
        lead = await self.svc.client(f"lead-{centre.lower()}")
        made = await lead.post("/v1/tickets", json={"type": "OTHER", "title": "hẹn gọi lại", "customer": CUSTOMER})
        assert made.status_code == 201, made.text
        return made.json()

    def auth(self, actor: Principal | None) -> dict[str, str]:
        return {} if actor is None else {"authorization": self.tokens[actor.id]}

    async def send(self, route: Route, request: Request, actor: Principal | None) -> Answer:
        path = route.path
        for name, value in request.path.items():
            path = path.replace(f"{{{name}}}", value)
        headers: dict[str, str | bytes] = {**self.auth(actor), **request.headers}
        raw = b""
        if request.body is not None:
            headers.setdefault("content-type", "application/json")
            raw = request.body if isinstance(request.body, bytes) else json.dumps(request.body).encode()
        return await ask(self.svc.app, route.method, path, request.query.encode(), headers, raw)


Make = Callable[[World, Principal, str], Awaitable[Request]]


def plain(**parts: object) -> Make:
    async def make(world: World, actor: Principal, centre: str) -> Request:
        return Request(**parts)

    return make


def contact(state: str, body: object = None) -> Make:
    async def make(world: World, actor: Principal, centre: str) -> Request:
        made = await world.contact(centre, state, actor)
        source = world.users["channel", centre].id
        sent = {**body, "outage": world.outage} if isinstance(body, dict) and "outage" in body else body
        return Request({"id": made["id"]}, body=sent, row=Row(centre=centre, channel_user=source))

    return make


def ticket(body: object = None, headers: dict[str, str] | None = None) -> Make:
    async def make(world: World, actor: Principal, centre: str) -> Request:
        made = await world.ticket(centre)
        return Request({"id": made["id"]}, body=body, headers=headers or {}, row=Row(centre=centre))

    return make


def outage(body: object = None, headers: dict[str, str] | None = None) -> Make:
    async def make(world: World, actor: Principal, centre: str) -> Request:
        found = await world.svc.engine.read(
            lambda conn: conn.execute("SELECT version FROM outage WHERE id = ?", (world.outage,)).fetchone()[0]
        )
        given = {"if-match": str(found)} if body is not None else {}
        return Request({"id": world.outage}, body=body, headers=given, row=Row())

    return make


async def planned(world: World, actor: Principal, centre: str) -> Request:
    """A planned work with its version."""
    lead = await world.svc.client(f"lead-{HERE.lower()}")
    times = {"from": "2030-01-01T01:00:00Z", "to": "2030-01-01T04:00:00Z"}
    made = await lead.post("/v1/plans", json={"device": "T2", "reason": "bảo dưỡng", **times})
    assert made.status_code == 201, made.text
    headers = {"if-match": str(made.json()["version"])}
    return Request({"id": made.json()["id"]}, body={"status": "notified"}, headers=headers, row=Row())


async def notified(world: World, actor: Principal, centre: str) -> Request:
    """Words nobody was sent yet."""
    return Request({"id": world.outage}, body={"channel": "sms", "text": f"mat dien {actor.id} {centre}"}, row=Row())


def fresh_outage(verb: str, status: str = "predicted", body: object = None) -> Make:
    """A new outage for each request: these verbs end it."""

    async def make(world: World, actor: Principal, centre: str) -> Request:
        lead = await world.svc.client(f"lead-{HERE.lower()}")
        made = await lead.post("/v1/outages", json={"device": "T2", "kind": "unplanned", "status": status})
        assert made.status_code == 201, (verb, made.text)
        return Request({"id": made.json()["id"]}, body=body, row=Row())

    return make


def promised(body: object = None) -> Make:
    """Somebody attached to a restored outage who asked to be called back."""

    async def make(world: World, actor: Principal, centre: str) -> Request:
        made = await world.contact(centre, "queued", actor)

        def put(tx: Tx) -> None:
            sql = "UPDATE contact SET outage = ?, callback = 1, customer = ? WHERE id = ?"
            tx.conn.execute(sql, (world.outage, CUSTOMER, made["id"]))

        await world.svc.engine.write(put)
        return Request({"id": world.outage, "contact": made["id"]}, body=body, row=Row(centre=centre))

    return make


def danger(body: object = None, *, dispatched: bool = True) -> Make:
    """A contact in danger, a field unit on its way unless told otherwise."""

    async def make(world: World, actor: Principal, centre: str) -> Request:
        made = await world.contact(centre, "connected", actor)

        def put(tx: Tx) -> None:
            tx.conn.execute("UPDATE contact SET priority_class = 'danger' WHERE id = ?", (made["id"],))
            if dispatched:
                row = contact_rows.need(tx.conn, made["id"])
                dispatches.dispatch(tx, row, actor, wire.DispatchRequest("Tổ trực 1"))

        await world.svc.engine.write(put)
        source = world.users["channel", centre].id
        return Request({"id": made["id"]}, body=body, row=Row(centre=centre, channel_user=source))

    return make


async def bulk(world: World, actor: Principal, centre: str) -> Request:
    made = await world.contact(HERE, "queued", actor)
    return Request(body={"ids": [made["id"]], "change": {"outage": world.outage}})


async def next_one(world: World, actor: Principal, centre: str) -> Request:
    await world.contact(HERE, "queued", actor)
    return Request()


async def merge(world: World, actor: Principal, centre: str) -> Request:
    made, into = await world.ticket(centre), await world.ticket(centre)
    return Request({"id": made["id"]}, body={"into": into["id"]}, row=Row(centre=centre))


async def draft(world: World, actor: Principal, centre: str) -> Request:
    wanted = wire.DraftRequest({"note": "đang gõ"})
    await world.svc.engine.write(lambda tx: drafts.put(tx, actor.id, "new:2", wanted, None))
    return Request({"key": "new:2"})


async def undo_step(world: World, actor: Principal, centre: str) -> Request:
    return Request({"token": await world.svc.engine.write(lambda tx: undo.offer(tx, actor.username, []))})


async def colleague(world: World, centre: str, actor: Principal, role: str = "lead") -> str:
    """Make somebody else of the centre available and return the login name."""
    other = world.users[role if actor.role != role else "agent", centre]

    def put(tx: Tx) -> None:
        tx.conn.execute("UPDATE contact SET state = 'closed' WHERE agent = ? OR offered_to = ?", (other.id, other.id))
        sql = "INSERT OR REPLACE INTO agent_state (user_id, intent, activity, since) VALUES (?, 'available', 'idle', ?)"
        tx.conn.execute(sql, (other.id, tx.now))

    await world.svc.engine.write(put)
    return other.username


def helped(state: str, column: str = "") -> Make:
    """A contact about which a colleague is asked, or who is asked about it (`consulted`)."""

    async def make(world: World, actor: Principal, centre: str) -> Request:
        made = await world.contact(centre, state, actor)
        name = await colleague(world, centre, actor)
        if column:
            sql = f"UPDATE contact SET {column} = (SELECT id FROM user WHERE username = ?) WHERE id = ?"
            await world.svc.engine.write(lambda tx: tx.conn.execute(sql, (name, made["id"])))
        source = world.users["channel", centre].id
        body = None if column else {"agent": name}
        return Request({"id": made["id"]}, body=body, row=Row(centre=centre, channel_user=source))

    return make


def to_dial(state: str, body: object = None) -> Make:
    """A promised call, or one the actor has claimed."""

    async def make(world: World, actor: Principal, centre: str) -> Request:
        made = await world.contact(centre, state, actor)
        by = actor.id if state == "offered" else None

        def put(tx: Tx) -> None:
            tx.conn.execute(
                "UPDATE contact SET direction = 'out', due = 1, offered_by = ? WHERE id = ?", (by, made["id"])
            )
            tx.conn.execute("UPDATE agent_state SET activity = ? WHERE user_id = ?", (
                "reserved" if by else "idle", actor.id))  # fmt: skip

        await world.svc.engine.write(put)
        return Request({"id": made["id"]}, body=body, row=Row(centre=centre))

    return make


async def wrapping(world: World, actor: Principal, centre: str) -> Request:
    request = await contact("connected")(world, actor, centre)
    sql = "UPDATE contact SET state = 'wrap_up', agent = ?, acw_until = 2e9 WHERE id = ?"
    await world.svc.engine.write(lambda tx: tx.conn.execute(sql, (actor.id, request.path["id"])))
    return request


async def of_agents(world: World, actor: Principal, centre: str) -> Request:
    change = {"serve": {"outage": 3}, "state": "paused"}
    return Request(body={"ids": [world.users["agent", centre].id], "change": change})


def of_agent(body: object) -> Make:
    async def make(world: World, actor: Principal, centre: str) -> Request:
        return Request({"id": world.users["agent", centre].id}, body=body, row=Row(centre=centre))

    return make


async def shift_end(world: World, actor: Principal, centre: str) -> Request:
    return Request(body={"to": await colleague(world, HERE, actor), "note": "hết ca"})


NEW_CONTACT = {"external_id": "x-1", "channel": "webchat", "address": "0905123456", "queue": "outage"}
LOGIN = {"username": f"agent-{HERE.lower()}", "password": PASSWORD}
CASES: dict[tuple[str, str], Make] = {
    ("POST", "/v1/sessions"): plain(body=LOGIN),
    ("GET", "/v1/me"): plain(),
    ("PUT", "/v1/me/state"): plain(body={"state": "paused", "reason": "lunch"}),
    ("GET", "/v1/agents"): plain(),
    ("GET", "/v1/snapshot"): plain(),
    ("GET", "/v1/events"): plain(),
    ("GET", "/v1/segments"): plain(),
    ("GET", "/v1/wallboard"): plain(),
    ("GET", "/v1/wallboard/known-outage"): plain(query="centre=EVNCPC"),
    ("GET", "/v1/wallboard/feeders/{code}"): plain(path={"code": "F1"}),
    ("GET", "/v1/reports/intervals"): plain(query="day=2026-11-22&minutes=15"),
    ("GET", "/v1/reports/agents"): plain(query="day=2026-11-22"),
    ("POST", "/v1/staffing/what-if"): plain(body={"calls_per_hour": 200, "aht_s": 180}),
    ("GET", "/v1/contacts"): plain(),
    ("POST", "/v1/contacts"): plain(body=NEW_CONTACT),
    ("POST", "/v1/contacts/next"): next_one,
    ("GET", "/v1/contacts/{id}"): contact("connected"),
    ("POST", "/v1/contacts/{id}/csat"): contact("closed", {"score": 5}),
    ("POST", "/v1/contacts/{id}/take"): contact("queued"),
    ("POST", "/v1/contacts/{id}/decline"): contact("offered"),
    ("POST", "/v1/contacts/{id}/hold"): contact("connected"),
    ("POST", "/v1/contacts/{id}/resume"): contact("held"),
    ("POST", "/v1/contacts/{id}/release"): contact("connected"),
    ("POST", "/v1/contacts/{id}/abandon"): contact("offered"),
    ("POST", "/v1/contacts/{id}/end"): contact("connected"),
    ("POST", "/v1/contacts/{id}/transfer"): contact("connected", {"queue": "billing"}),
    ("POST", "/v1/contacts/{id}/identify"): contact("connected", {"customer": CUSTOMER}),
    ("POST", "/v1/contacts/{id}/trouble"): contact("connected", {"scope": "neighbours", "device": "T2"}),
    ("POST", "/v1/contacts/{id}/attach"): contact("connected", {"outage": ""}),
    ("POST", "/v1/contacts/bulk"): bulk,
    ("POST", "/v1/contacts/{id}/dispatch"): danger({"unit": "Tổ trực 1", "read_back": True}, dispatched=False),
    ("POST", "/v1/contacts/{id}/dispatch/ack"): danger(),
    ("POST", "/v1/contacts/{id}/dispatch/close"): danger(),
    ("GET", "/v1/dispatches"): plain(query="open=1"),
    ("POST", "/v1/contacts/{id}/callback"): contact("connected", {}),
    ("POST", "/v1/contacts/{id}/message"): contact("connected", {"text": "chào anh"}),
    ("POST", "/v1/contacts/{id}/more-time"): wrapping,
    ("POST", "/v1/contacts/{id}/consult"): helped("connected"),
    ("POST", "/v1/contacts/{id}/consult/end"): helped("connected", "consulted"),
    ("POST", "/v1/contacts/{id}/consult/complete"): helped("connected", "consulted"),
    ("POST", "/v1/contacts/{id}/takeover"): contact("queued"),
    ("POST", "/v1/contacts/{id}/reassign"): helped("queued"),
    ("GET", "/v1/callbacks"): plain(),
    ("POST", "/v1/callbacks/{id}/dial"): to_dial("callback_waiting"),
    ("POST", "/v1/callbacks/{id}/result"): to_dial("offered", {"result": "no_answer"}),
    ("POST", "/v1/agents/{id}/state"): of_agent({"state": "logged_out", "reason": "họp"}),
    ("POST", "/v1/agents/{id}/skills"): of_agent({"skills": {"outage": 3}}),
    ("POST", "/v1/agents/bulk"): of_agents,
    ("POST", "/v1/me/handover"): shift_end,
    ("PUT", "/v1/banner"): plain(body={"text": {"vi": "Bão", "en": "Storm"}}),
    ("PUT", "/v1/surge"): plain(body={"on": True, "callback_offer": True}),
    ("POST", "/v1/contacts/{id}/finish"): contact("connected", {"disposition": "other"}),
    ("POST", "/v1/customers/search"): plain(body={"q": "nguyen van 1"}),
    ("POST", "/v1/places/search"): plain(body={"q": "la hai dong xuan phu yen"}),
    ("POST", "/v1/places/power"): plain(body={"commune": grid.DONG_XUAN}),
    ("GET", "/v1/places/reported"): plain(),
    ("GET", "/v1/places/possible"): plain(),
    ("GET", "/v1/customers/{code}"): plain(path={"code": CUSTOMER}, headers={"access-reason": "search"}),
    ("GET", "/v1/customers/{code}/bills"): plain(path={"code": CUSTOMER}, headers={"access-reason": "search"}),
    ("GET", "/v1/customers/{code}/bill-check"): plain(path={"code": CUSTOMER}, headers={"access-reason": "search"}),
    ("GET", "/v1/customers/{code}/power"): plain(path={"code": CUSTOMER}),
    ("GET", "/v1/outages"): plain(),
    ("POST", "/v1/outages"): plain(body={"device": "T2", "kind": "unplanned"}),
    ("POST", "/v1/outages/search"): plain(body={"q": "tran phu"}),
    ("GET", "/v1/outages/{id}"): outage(),
    ("PATCH", "/v1/outages/{id}"): outage({"note": "đội đang đến"}),
    ("POST", "/v1/outages/{id}/confirm"): fresh_outage("confirm"),
    ("POST", "/v1/outages/{id}/cancel"): fresh_outage("cancel"),
    ("POST", "/v1/outages/{id}/close"): fresh_outage("close", "restored"),
    ("POST", "/v1/outages/{id}/restore"): fresh_outage("restore", "confirmed", {"customers": 1}),
    ("GET", "/v1/outages/{id}/calls"): outage(),
    ("GET", "/v1/outages/{id}/callbacks"): outage(),
    ("POST", "/v1/outages/{id}/callbacks/{contact}/claim"): promised(),
    ("POST", "/v1/outages/{id}/callbacks/{contact}"): promised({"result": "on"}),
    ("GET", "/v1/areas"): plain(),
    ("GET", "/v1/areas/{code}/communes"): plain(path={"code": "66"}),
    ("GET", "/v1/outage-stats"): plain(),
    ("GET", "/v1/plans"): plain(),
    ("POST", "/v1/plans"): plain(
        body={"device": "T2", "from": "2030-01-01T01:00:00Z", "to": "2030-01-01T04:00:00Z", "reason": "bảo dưỡng"}
    ),
    ("PATCH", "/v1/plans/{id}"): planned,
    ("GET", "/v1/outages/{id}/message"): outage(),
    ("POST", "/v1/outages/{id}/notify"): notified,
    ("GET", "/v1/tickets"): plain(),
    ("POST", "/v1/tickets"): plain(body={"type": "OTHER", "title": "việc mới"}),
    ("GET", "/v1/tickets/{id}"): ticket(),
    ("PATCH", "/v1/tickets/{id}"): ticket({"status": "open"}, {"if-match": "1"}),
    ("POST", "/v1/tickets/{id}/notes"): ticket({"text": "đã gọi"}),
    ("POST", "/v1/tickets/search"): plain(body={"q": "hen goi"}),
    ("POST", "/v1/tickets/bulk"): plain(body={"ids": ["t_none"], "change": {"priority": "high"}}),
    ("POST", "/v1/tickets/{id}/merge"): merge,
    ("GET", "/v1/tickets/{id}/history"): ticket(),
    ("PUT", "/v1/tickets/{id}/presence"): ticket({"doing": "viewing"}),
    ("DELETE", "/v1/tickets/{id}/presence"): ticket(),
    ("GET", "/v1/request-types"): plain(),
    ("GET", "/v1/ticket-types"): plain(),
    ("GET", "/v1/templates"): plain(),
    ("GET", "/v1/knowledge"): plain(query="q=cat%20dien"),
    ("GET", "/v1/drafts"): plain(),
    ("PUT", "/v1/drafts/{key}"): plain(path={"key": "new:1"}, body={"content": {"note": "dang go"}}),
    ("GET", "/v1/drafts/{key}"): draft,
    ("DELETE", "/v1/drafts/{key}"): draft,
    ("POST", "/v1/undo/{token}"): undo_step,
    ("GET", "/health"): plain(),
    ("GET", "/ready"): plain(),
    ("GET", "/metrics"): plain(),
    ("GET", "/openapi.json"): plain(),
    # Last: it ends the session it is sent with.
    ("DELETE", "/v1/sessions/current"): plain(),
}


def expected(actor: Principal | None, route: Route, row: Row | None) -> str:
    """What the policy says: 401, 403, 404 or allowed."""
    if route.verb == policy.PUBLIC:
        return "allowed"
    if actor is None:
        return "401"
    if not policy.role_may(actor, route.verb):
        return "403"
    return "allowed" if policy.can(actor, route.verb, row) else "404"


def percent(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
