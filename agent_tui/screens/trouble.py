"""What a caller without power reports, in four letters: how far, what they see, what is dangerous, where; and a place.

Of a caller who is no known customer the place is typed: part of a commune's name of today or of before, a street and a
commune, or a device.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.i18n import N_, _
from agent_tui.keys.keymap import hint
from agent_tui.net.latest import LatestWins
from agent_tui.screens import trouble_place
from agent_tui.screens.dialog import STEPS, Dialog
from agent_tui.text.clean import clean
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.flowing import Flowing
from agent_tui.widgets.letter_choice import LetterChoice
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.safe import SafeStatic, plain

Code = TypeVar("Code", bound=str)
Question = TypeVar("Question")
Reply = TypeVar("Reply")
SCOPES: Final[dict[wire.TroubleScope, str]] = {
    "all": N_("whole house"), "part": N_("part of it"), "neighbours": N_("neighbours too"),
}  # fmt: skip
SIGNS: Final[dict[wire.TroubleSign, str]] = {
    "lost": N_("no power"), "flicker": N_("flickers"), "dim": N_("dim"), "overvoltage": N_("too bright"),
}  # fmt: skip
DANGERS: Final[dict[wire.TroubleDanger, str]] = {
    "none": N_("none"), "wire_down": N_("wire down"), "fire": N_("fire, smoke"), "pole": N_("pole"),
    "shock": N_("shock"),
}  # fmt: skip
PLACES: Final[dict[wire.TroublePlace, str]] = {
    "meter": N_("meter"), "street": N_("street"), "inside": N_("inside"),
}  # fmt: skip
NOWHERE: Final = N_("unknown")
SHOWN: Final = 5
LETTERS: Final = 2
Found = wire.Page[wire.PlaceHit]


def words(trouble: wire.Trouble) -> str:
    """The codes in words; what is usual is left out."""
    parts = [_(SCOPES[trouble.scope]), _(SIGNS[trouble.sign])]
    if trouble.danger != "none":
        parts.insert(0, _(DANGERS[trouble.danger]))
    if trouble.place is not None:
        parts.append(_(PLACES[trouble.place]))
    return ", ".join(parts)


def _options(table: Mapping[Code, str]) -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in table.items()]


class TroubleCodes(Dialog[wire.TroubleRequest]):
    """Four questions, one letter each, and the place; the commit key saves at any time.

    `known` is the place as far as it is known, in words; without one the keys go on to its field.
    """

    CSS_PATH = ["dialog.tcss", "trouble.tcss"]

    @dataclass
    class Came(Message):
        """Places for what was typed, or what is known of the supply at one; or why there is no answer."""

        found: Found | None = None
        power: wire.PlacePower | None = None
        error: DeskError | None = None

    def __init__(self, who: str, contact: wire.Contact, known: str = "") -> None:
        super().__init__()
        self._who, self._contact, self._trouble = who, contact, contact.trouble or wire.Trouble()
        self._known = known
        self._taken: wire.PlaceHit | None = None
        self._hits: dict[str, wire.PlaceHit] | None = None
        self._power: wire.PlacePower | None = None
        self._error: DeskError | None = None
        self._let_keys_go: Callable[[], None] | None = None
        self._places = self._latest(self._look_up, lambda found: self.Came(found=found))
        self._supply: LatestWins[wire.PlacePowerRequest, wire.PlacePower] = self._latest(
            lambda wanted: self.desk.client.place_power(wanted), lambda power: self.Came(power=power)
        )

    def compose(self) -> ComposeResult:
        """Who, the four questions, the place with what is found and known of it, the keys."""
        told = self._trouble
        rows = (
            (_("How far"), _options(SCOPES), told.scope, "scope"),
            (_("What they see"), _options(SIGNS), told.sign, "sign"),
            (_("Danger"), _options(DANGERS), told.danger, "danger"),
            (_("Where"), [*_options(PLACES), ("", _(NOWHERE))], told.place or "", "place"),
        )
        with Vertical(classes="panel"):
            yield SafeStatic(plain(_("What is reported · {who}").format(who=self._who)), classes="title")
            for label, options, value, name in rows:
                with Horizontal(classes="question"):
                    yield SafeStatic(label, classes="ask")
                    yield LetterChoice(options, value, id=name)
            with Horizontal(classes="question spot"):
                yield SafeStatic(_("Place"), classes="ask")
                yield TextField(self._known, placeholder=_("commune, old name, street and commune, device"), id="spot")
            yield LineList(trouble_place.COLUMNS, id="spots", header=False, marks=False)
            yield Flowing(id="spot-say")
            keys = _("a letter answers and goes on · arrows choose · Enter next · {commit} saves · {back} back")
            yield SafeStatic(hint(keys), classes="hint")

    def on_mount(self) -> None:
        """The first question has the focus; what is known of a place without a customer is read."""
        listed = self.query_one("#spots", LineList)
        listed.can_focus = False
        self._draw()
        self.query_one("#scope").focus()
        told = self._trouble
        if self._contact.customer is None and self._power is None and (told.device or told.commune):
            commune = None if told.device else told.commune
            self._supply.want(wire.PlacePowerRequest(commune, told.device, self._contact.id))

    def on_letter_choice_answered(self, event: LetterChoice.Answered) -> None:
        """The next question; after the last one the answer stands until it is saved, unless no place is known."""
        event.stop()
        if event.choice.id != "place" or not self._has_place:
            self.focus_next()

    def key_enter(self) -> None:
        """Enter goes on, takes the place that is highlighted, and saves from the last question."""
        here = None if self.focused is None else self.focused.id
        if here == "spot" and self._hits is not None:
            self._take()
        elif here == "spot" or (here == "place" and self._has_place):
            self.act_commit()
        else:
            self.focus_next()

    @on(TextField.Changed, "#spot")
    def look(self, event: TextField.Changed) -> None:
        """Every letter asks; what had been taken is taken back."""
        event.stop()
        typed, here = event.value.strip(), event.value == self._known
        self._taken = self._error = None
        if not here:
            self._power = None
            self._supply.drop()
        if not here and len(typed) >= LETTERS:
            # Enter and the arrows typed behind the text are about what it finds.
            self._let_keys_go = self._let_keys_go or self.desk.hold_keys()
            self._places.want(typed)
        else:
            self._hits = None
            self._places.drop()
            self._go_on()
        self._draw()

    @on(LineList.Chosen, "#spots")
    def clicked(self, event: LineList.Chosen) -> None:
        """A click takes it too."""
        event.stop()
        self._take()

    @on(Came)
    def show(self, event: Came) -> None:
        """What was found, what is known there, or what went wrong."""
        self._error, self._power = event.error, event.power or self._power
        if event.found is not None:
            self._hits = {trouble_place.key(hit): hit for hit in event.found.items}
        if event.power is not None and event.power.eta is not None:
            left = (event.power.eta - self._now).total_seconds()
            self.set_timer(max(0.0, left) + 1.0, lambda: self._draw() if self.is_open else None)
        self._draw()
        self._go_on()

    @property
    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.desk.now(), UTC)

    def on_key(self, event: events.Key) -> None:
        """Up and down walk through the places while typing."""
        listed, focused = self.query_one("#spots", LineList), self.focused
        if event.key in STEPS and focused is not None and focused.id == "spot" and listed.row_ids:
            event.stop()
            event.prevent_default()
            listed.walk(STEPS[event.key])
            return
        super().on_key(event)

    def act_commit(self) -> None:
        """What stands there is what is reported; of places found and none taken, the highlighted one."""
        if self._hits is not None:
            self._take()
        typed = self.query_one("#spot", TextField).value.strip()
        if self._taken is None and typed not in ("", self._known):
            # What was typed is no place: saved without a word it would be lost.
            self.desk.toast(_("No such place: choose one of the list, or empty the field."), "warning")
            self.query_one("#spot", TextField).focus()
            return
        codes = wire.TroubleRequest(
            scope=self._value("scope", SCOPES, "all"),
            sign=self._value("sign", SIGNS, "lost"),
            danger=self._value("danger", DANGERS, "none"),
            place=next((code for code in PLACES if code == self.query_one("#place", LetterChoice).value), None),
        )
        spot = {} if self._taken is None else trouble_place.of_call(self._taken)
        self.dismiss(msgspec.structs.replace(codes, **spot))

    def typed_again(self) -> None:
        """The rows and the sentence have other words."""
        self._draw()

    @property
    def _has_place(self) -> bool:
        return bool(self._taken or (self._known and self.query_one("#spot", TextField).value == self._known))

    def _take(self) -> None:
        hit = (self._hits or {}).get(self.query_one("#spots", LineList).highlighted or "")
        if hit is None:
            return
        self._taken, self._hits, self._error = hit, None, None
        field = self.query_one("#spot", TextField)
        with self.prevent(TextField.Changed):
            field.value = trouble_place.label(hit)
        self._draw()
        self._supply.want(trouble_place.asked(hit, self._contact.id))

    async def _look_up(self, typed: str) -> Found:
        return await self.desk.client.places(typed, self._trouble.commune)

    def _latest(
        self, ask: Callable[[Question], Awaitable[Reply]], came: Callable[[Reply], Message]
    ) -> LatestWins[Question, Reply]:
        return LatestWins(
            ask,
            lambda _asked, reply: self.post_message(came(reply)),
            lambda _asked, error: self.post_message(self.Came(error=error)),
        )

    def _go_on(self) -> None:
        if self._let_keys_go is not None:
            self._let_keys_go()
            self._let_keys_go = None

    def _draw(self) -> None:
        listed, said = self.query_one("#spots", LineList), self.query_one("#spot-say", Flowing)
        hits = list((self._hits or {}).values())
        listed.display = bool(hits)
        listed.styles.height = min(SHOWN, max(1, len(hits)))
        listed.set_rows([trouble_place.row(hit) for hit in hits])
        if hits:
            listed.placeholder("data")
            if listed.highlighted not in (self._hits or {}):
                listed.highlight(trouble_place.key(hits[0]))
        if self._error is not None:
            text = plain("✗ " + clean(self._error.say()), "$error")
        elif self._hits is not None and not hits:
            text = plain(_("No place by that name; fewer letters find more."), "$warning")
        else:
            text = plain("") if self._power is None or hits else trouble_place.verdict_text(self._power, self._now)
        said.display = bool(text.plain)
        said.say(text, layout=True)

    def _value(self, name: str, table: Mapping[Code, str], usual: Code) -> Code:
        chosen = self.query_one(f"#{name}", LetterChoice).value
        return next((code for code in table if code == chosen), usual)
