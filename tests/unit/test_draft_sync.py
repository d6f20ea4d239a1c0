"""Drafts at two terminals and on the service: the newest stands in its place, no text of either is lost."""

import itertools
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from agent_tui import wire
from agent_tui.desk.drafts import DraftBook
from agent_tui.errors import Refused, ServiceUnreachable, Stale
from agent_tui.net.draft_sync import DraftSync, draft_of, key_of, request


class Service:
    """Keeps copies as the real one does: a version for each key, If-Match refused with what is there."""

    def __init__(self) -> None:
        self.kept: dict[str, wire.Draft] = {}
        self.now = 1_795_000_000.0
        self.away = self.full = False

    async def own_drafts(self) -> list[wire.Draft]:
        self._there()
        return list(self.kept.values())

    async def put_draft(self, key: str, draft: wire.DraftRequest, version: int | None) -> wire.Draft:
        self._there()
        if self.full:
            raise Refused(wire.Problem("x", "x", 409, "too_many_drafts", "x", "r"))
        known = self.kept.get(key)
        if version is not None and (known is None or known.version != version):
            raise Stale(wire.Problem("x", "x", 412, "version_conflict", "x", "r"), known)
        at = datetime.fromtimestamp(self.now, UTC)
        number = known.version + 1 if known is not None else 1
        self.kept[key] = wire.Draft(key, draft.content, draft.ticket, draft.label, draft.base_version, at, number)
        return self.kept[key]

    async def delete_draft(self, key: str) -> None:
        self._there()
        self.kept.pop(key, None)

    def _there(self) -> None:
        if self.away:
            raise ServiceUnreachable("away")


class Terminal:
    def __init__(self, service: Service) -> None:
        self.service = service
        self.book = DraftBook(self.clock)
        self.heard: list[int] = []
        self.sync = DraftSync(self.book, service, self.heard.append)

    def clock(self) -> float:
        self.service.now += 1
        return self.service.now

    def type(self, text: str, place: str = "t1") -> None:
        self.book.keep("ticket", place, "T-1", {"note": text})

    async def log_in(self) -> None:
        self.sync.take_in(await self.service.own_drafts())

    def texts(self) -> set[str]:
        return {draft.text for draft in self.book.all}


async def test_a_text_follows_to_the_next_terminal_and_goes_everywhere_when_sent() -> None:
    service = Service()
    one, two = Terminal(service), Terminal(service)
    one.type("gọi lại")
    await one.sync.copy()
    await two.log_in()
    assert two.texts() == {"gọi lại"}
    two.book.drop("ticket", "t1")
    await two.sync.copy()
    assert service.kept == {}
    await one.log_in()
    assert one.texts() == set()


async def test_what_was_typed_on_after_the_last_copy_is_one_text_however_late_the_copy_came() -> None:
    service = Service()
    one = Terminal(service)
    one.type("gọi")
    left = one.book.all[0]
    await one.sync.copy()
    # The copy bears the service's time of arrival, later than the keys that the journal of the killed desk has.
    (copy,) = service.kept.values()
    again = Terminal(service)
    fields = {**left.fields, "note": "gọi lại sáng mai"}
    again.book.restore([structs.replace(left, fields=fields, at=copy.at.timestamp() - 0.5)])
    await again.log_in()
    assert again.texts() == {"gọi lại sáng mai"}
    assert len(again.book.all) == 1
    await again.sync.copy()
    assert [kept.content["note"] for kept in service.kept.values()] == ["gọi lại sáng mai"]


async def test_a_text_deleted_there_and_typed_on_here_stays() -> None:
    service = Service()
    one, two = Terminal(service), Terminal(service)
    one.type("gọi lại")
    await one.sync.copy()
    await two.log_in()
    two.book.drop("ticket", "t1")
    await two.sync.copy()
    one.type("gọi lại, hẹn chiều")
    await one.log_in()
    await one.sync.copy()
    assert one.texts() == {"gọi lại, hẹn chiều"}
    assert len(service.kept) == 1


async def test_what_went_while_the_service_was_away_does_not_come_back() -> None:
    service = Service()
    one = Terminal(service)
    one.type("gọi lại")
    await one.sync.copy()
    one.book.drop("ticket", "t1")
    await one.log_in()
    assert one.texts() == set()
    await one.sync.copy()
    assert service.kept == {}


async def test_a_service_that_refuses_a_draft_is_not_asked_again_until_it_changes() -> None:
    service = Service()
    one = Terminal(service)
    service.full = True
    one.type("một")
    await one.sync.copy()
    service.full = False
    await one.sync.copy()
    assert service.kept == {}
    one.type("một hai")
    await one.sync.copy()
    assert len(service.kept) == 1


@given(steps=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(("type", "copy", "log_in", "more")))))
async def test_no_text_of_either_terminal_is_ever_lost(steps: list[tuple[int, str]]) -> None:
    service, words = Service(), itertools.count()
    terminals = [Terminal(service), Terminal(service)]
    last = ["", ""]
    for who, what in steps:
        terminal = terminals[who]
        if what == "type":
            last[who] = f"chữ {next(words)} của {who}"
            terminal.type(last[who])
        elif what == "more" and (known := terminal.book.get("ticket", "t1")) is not None:
            last[who] = f"{known.text}, thêm"
            terminal.type(last[who])
        elif what == "copy":
            await terminal.sync.copy()
        elif what == "log_in":
            await terminal.log_in()
        for n, other in enumerate(terminals):
            held = other.texts()
            assert not last[n] or any(text.startswith(last[n]) for text in held), (held, last[n])


def test_a_copy_is_the_draft_again_whatever_its_place() -> None:
    for place in ("t1", "", "left:a b", "đường/12?", "x" * 200):
        book = DraftBook(lambda: 5.0)
        book.keep("new_ticket", place, "Ty", {"note": "một\nhai", "base_version": "7"})
        draft = book.all[0]
        asked, key = request(draft), key_of("new_ticket", place)
        assert len(key) <= 80
        assert asked.base_version == 7
        copy = wire.Draft(key, asked.content, asked.ticket, asked.label, 7, datetime.fromtimestamp(5, UTC), 3)
        again = draft_of(copy)
        assert again is not None
        assert (again.kind, again.place, again.fields) == (draft.kind, draft.place, draft.fields)
    assert draft_of(wire.Draft("poem:x", {}, None, "", None, datetime.fromtimestamp(5, UTC), 1)) is None
