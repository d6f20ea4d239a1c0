"""Two to four editors, cuts, retries, takeovers, merges and undo: no acknowledged text ever disappears.

The model knows only what was acknowledged. After every step: each acknowledged note is shown with its ticket, or with
the one that ticket was merged into; each acknowledged value of a field is in the history of its ticket; a ticket is
what its history says; every refused save was shown what stood in its way; each writer's draft is as it was kept.
"""

import asyncio
import shutil
import tempfile
from pathlib import Path

import httpx
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from backend_stub.clock import ManualClock
from tests.contract import grid
from tests.full import count
from tests.service import Running, running_service

EDITORS = st.integers(0, 3)
TICKETS = st.integers(0, 3)
NAMES = ["an", "binh", "chi", "lead"]
FIELDS = ("title", "priority", "status", "assignee", "fields.place")


class Desk:
    """One editor: what was read of each ticket, and the tokens of changes that may be taken back."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.base: dict[str, dict] = {}
        self.tokens: list[tuple[str, dict[str, dict], dict[str, dict]]] = []
        self.drafts: dict[str, str] = {}


class TicketWork(RuleBasedStateMachine):
    @initialize(editors=st.integers(2, 4))
    def open(self, editors: int) -> None:
        self.dir = Path(tempfile.mkdtemp(prefix="ticket-model-"))
        self.loop = asyncio.new_event_loop()
        self.clock = ManualClock(1_795_000_000.0)
        self.serial = 0
        self.notes: dict[str, str] = {}
        self.values: list[tuple[str, str, str]] = []
        self.lost_saves = self.conflicts_shown = 0
        self.run(self._open(editors))

    async def _open(self, editors: int) -> None:
        self.service = running_service(self.dir, self.clock, grid.PATIENT)
        self.svc: Running = await self.service.__aenter__()
        await grid.set_up(self.svc)
        self.desks = [Desk(await self.svc.client(name)) for name in NAMES[4 - editors :]]
        self.tickets = []
        for i in range(4):
            body = {"type": "OTHER", "title": f"phiếu {i}"}
            self.tickets.append((await self.desks[0].client.post("/v1/tickets", json=body)).json()["id"])

    def run(self, task):
        return self.loop.run_until_complete(task)

    def desk(self, i: int) -> Desk:
        return self.desks[i % len(self.desks)]

    def word(self) -> str:
        self.serial += 1
        return f"chữ{self.serial}"

    async def send(self, desk: Desk, method: str, path: str, cut: bool, **request) -> httpx.Response:
        """Send with a key; `cut`: the first answer is lost on the way and the desk asks again."""
        self.serial += 1
        headers = {"idempotency-key": f"model-key-{self.serial}", **request.pop("headers", {})}
        answer = await desk.client.request(method, path, headers=headers, **request)
        if cut:
            again = await desk.client.request(method, path, headers=headers, **request)
            assert answer.status_code >= 400 or again.content == answer.content
            answer = again
        return answer

    @rule(who=EDITORS, which=TICKETS)
    def read(self, who: int, which: int) -> None:
        desk, ticket = self.desk(who), self.tickets[which]
        desk.base[ticket] = self.run(desk.client.get(f"/v1/tickets/{ticket}")).json()

    @precondition(lambda self: any(desk.base for desk in self.desks))
    @rule(who=EDITORS, which=TICKETS, cut=st.booleans(), what=st.sampled_from(FIELDS), other=st.sampled_from(FIELDS))
    def save(self, who: int, which: int, cut: bool, what: str, other: str) -> None:
        desk, ticket = self.desk(who), self.tickets[which]
        if ticket not in desk.base:
            return
        said = {name: self._value(name) for name in (what, other)}
        body = {name: value for name, value in said.items() if "." not in name}
        body |= {"fields": {"place": said["fields.place"]}} if "fields.place" in said else {}
        base, before = desk.base[ticket], self.run(self.states())
        headers = {"if-match": str(base["version"])}
        answer = self.run(self.send(desk, "PATCH", f"/v1/tickets/{ticket}", cut, json=body, headers=headers))
        if answer.status_code == 412:
            current = answer.json()["current"]
            assert current["version"] > base["version"]
            # Shown to the one who loses: the state now, and every step between the two.
            assert [s["version"] for s in answer.json()["since"]][-1] == current["version"]
            desk.base[ticket] = current
            self.conflicts_shown += 1
        elif answer.status_code == 409:
            assert answer.json()["code"] in ("merged", "illegal_transition")
        else:
            saved = answer.json()
            desk.base[ticket] = saved
            self.values += [(ticket, name, value) for name, value in said.items() if base_value(base, name) != value]
            self.reversible(desk, saved["undo"], before)

    def _value(self, name: str) -> str:
        if name == "priority":
            return ("low", "normal", "high", "urgent")[self.serial % 4]
        if name == "status":
            return ("open", "waiting", "new")[self.serial % 3]
        if name == "assignee":
            return NAMES[-1 - self.serial % len(self.desks)]
        return self.word()

    @rule(who=EDITORS, which=TICKETS, cut=st.booleans())
    def note(self, who: int, which: int, cut: bool) -> None:
        text, path = self.word(), f"/v1/tickets/{self.tickets[which]}/notes"
        answer = self.run(self.send(self.desk(who), "POST", path, cut, json={"text": text}))
        assert answer.status_code == 201
        self.notes[text] = self.tickets[which]

    @rule(who=EDITORS, some=st.sets(TICKETS, min_size=1), cut=st.booleans(), note=st.booleans())
    def bulk(self, who: int, some: set[int], cut: bool, note: bool) -> None:
        text = self.word()
        change = {"priority": self._value("priority"), **({"note": text} if note else {})}
        body = {"ids": [self.tickets[i] for i in sorted(some)], "change": change}
        before = self.run(self.states())
        answer = self.run(self.send(self.desk(who), "POST", "/v1/tickets/bulk", cut, json=body)).json()
        failed = {one["id"] for one in answer["failed"]}
        assert answer["done"] == len(some) - len(failed)
        for ticket in set(body["ids"]) - failed if note else ():
            self.notes[f"{text}@{ticket}"] = ticket
        self.reversible(self.desk(who), answer["undo"], before)

    @rule(who=EDITORS, which=TICKETS, into=TICKETS, cut=st.booleans())
    def merge(self, who: int, which: int, into: int, cut: bool) -> None:
        path, body = f"/v1/tickets/{self.tickets[which]}/merge", {"into": self.tickets[into]}
        before = self.run(self.states())
        answer = self.run(self.send(self.desk(who), "POST", path, cut, json=body))
        assert answer.status_code in (200, 409, 422), answer.text
        if answer.status_code == 200:
            self.reversible(self.desk(who), answer.json()["undo"], before)

    def reversible(self, desk: Desk, token: str | None, before: list[dict]) -> None:
        """Keep what a change may be taken back to, and from where, of the tickets it changed."""
        after = self.run(self.states())
        moved = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if same(a) != same(b)]
        if token is not None:
            was, now = ({one[i]["id"]: same(one[i]) for i in moved} for one in (before, after))
            desk.tokens.append((token, was, now))

    @precondition(lambda self: any(desk.tokens for desk in self.desks))
    @rule(who=EDITORS, cut=st.booleans(), back=st.integers(1, 3))
    def undo(self, who: int, cut: bool, back: int) -> None:
        desk = self.desk(who)
        if not desk.tokens:
            return
        step = token, was, then = desk.tokens[-min(back, len(desk.tokens))]
        before = self.run(self.states())
        answer = self.run(self.send(desk, "POST", f"/v1/undo/{token}", cut))
        if answer.status_code == 200:
            desk.tokens.remove(step)
            # Nothing came after it, or what came was taken back: then it is as if it had never been.
            assert then.items() <= {one["id"]: same(one) for one in before}.items()
            assert was.items() <= {one["id"]: same(one) for one in self.run(self.states())}.items()
        else:
            assert answer.json()["code"] == "undo_would_lose"
            assert answer.json()["things"]
            assert self.run(self.states()) == before

    @rule(who=EDITORS, which=TICKETS)
    def takeover(self, who: int, which: int) -> None:
        """Whoever takes a ticket over takes the ticket: what the other was typing stays the other's."""
        desk, ticket = self.desk(who), self.tickets[which]
        for one in self.desks:
            text = one.drafts[ticket] = self.word()
            kept = self.run(one.client.put(f"/v1/drafts/{ticket}", json={"content": {"note": text}, "ticket": ticket}))
            assert kept.status_code == 200
        desk.base[ticket] = self.run(desk.client.get(f"/v1/tickets/{ticket}")).json()
        desk.drafts.pop(ticket)
        assert self.run(desk.client.delete(f"/v1/drafts/{ticket}")).status_code == 204

    async def states(self) -> list[dict]:
        return [(await self.desks[0].client.get(f"/v1/tickets/{ticket}")).json() for ticket in self.tickets]

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            self.run(self.verify())
        finally:
            self.run(self.service.__aexit__(None, None, None))
            self.loop.close()
            shutil.rmtree(self.dir)

    async def verify(self) -> None:
        now = {one["id"]: one for one in await self.states()}
        for text, ticket in self.notes.items():
            while now[ticket]["merged_into"] is not None:
                assert text.partition("@")[0] in [note["text"] for note in now[ticket]["notes"]]
                ticket = now[ticket]["merged_into"]
            assert [n["text"] for n in now[ticket]["notes"]].count(text.partition("@")[0]) >= 1, (text, ticket)
        for ticket in self.tickets:
            items = (await self.desks[0].client.get(f"/v1/tickets/{ticket}/history")).json()["items"]
            assert [item["version"] for item in items] == list(range(1, now[ticket]["version"] + 1))
            state: dict[str, str | None] = {}
            ever = set()
            for change in (change for item in items for change in item["changes"]):
                assert state.get(change["field"]) == change["from"]
                state[change["field"]] = change["to"]
                ever.add((change["field"], change["to"]))
            assert all(base_value(now[ticket], name) == state.get(name) for name in FIELDS)
            assert {(name, value) for of, name, value in self.values if of == ticket} <= ever
        for desk in self.desks:
            kept = (await desk.client.get("/v1/drafts")).json()["items"]
            assert {draft["key"]: draft["content"]["note"] for draft in kept} == desk.drafts


def same(ticket: dict) -> dict:
    """What of a ticket an undo puts back: everything but version, update time and presence; notes stay."""
    kept = ("title", "priority", "status", "assignee", "fields", "customer", "outage", "due_at", "type", "merged_into")
    return {name: ticket[name] for name in kept}


def base_value(ticket: dict, name: str) -> str | None:
    return ticket["fields"].get("place") if name == "fields.place" else ticket[name]


TestTicketWork = TicketWork.TestCase
TestTicketWork.settings = settings(
    max_examples=count(6, 400), stateful_step_count=count(25, 60), deadline=None, database=None,
    # Every step is a request: a failure is seen as it is found, shrinking takes minutes.
    phases=[Phase.generate],
)  # fmt: skip
