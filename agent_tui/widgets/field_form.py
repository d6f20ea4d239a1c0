"""The fields a request type asks for, as a form: what is wrong stands under the field while it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from agent_tui import wire
from agent_tui.i18n import N_, _, language
from agent_tui.widgets.choice import Choice
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.safe import SafeStatic, plain
from agent_tui.wire.fields import LONGEST_VALUE, problem

WRONG: Final = {
    "too_long": N_("too long"),
    "not_a_number": N_("a whole number, digits only"),
    "not_a_date": N_("a date such as 2026-11-24"),
    "unknown_choice": N_("not one of the choices"),
    "not_a_phone": N_("a phone number such as 0905 123 456"),
    "not_a_meter": N_("a meter number: 4 to 25 letters and digits"),
    "wrong_form": N_("this does not have the form asked for"),
    "bad_name": N_("unknown field"),
}


def label(spec: wire.FieldSpec) -> str:
    """The field's name in the desk's language; `*` where the request cannot be done without it."""
    return (spec.en if language() == "en" else spec.vi) + (" *" if spec.required else "")


def options(spec: wire.FieldSpec, value: str) -> list[tuple[str, str]]:
    """The choices of a field with their words, nothing first; a value that is none of them any more stays."""
    known = [(one.value, one.en if language() == "en" else one.vi) for one in spec.choices]
    return [("", "–"), *known, *([(value, value)] if value and value not in dict(known) else [])]


class FieldRow(Vertical):
    """One field: label and entry, and under it what is wrong."""

    def __init__(self, spec: wire.FieldSpec, value: str) -> None:
        super().__init__(classes="field-row")
        self.spec = spec
        self._value = value

    def compose(self) -> ComposeResult:
        """A choice walks with the arrows, everything else is typed."""
        with Horizontal(classes="field"):
            yield SafeStatic(plain(label(self.spec)), classes="label")
            if self.spec.kind == "choice":
                yield Choice(options(self.spec, self._value), self._value)
            else:
                yield TextField(self._value, max_length=LONGEST_VALUE)
        yield SafeStatic(classes="wrong")

    def on_mount(self) -> None:
        """What was filled in may be wrong already."""
        self.judge()

    @property
    def value(self) -> str:
        """What stands in the field."""
        if self.is_mounted:
            for entry in self.query(Choice):
                return entry.value
            for field in self.query(TextField):
                return field.value.strip()
        return self._value.strip()

    @value.setter
    def value(self, value: str) -> None:
        self._value = value
        for entry in self.query(Choice):
            entry.set_options(options(self.spec, value))
            entry.set(value)
        for field in self.query(TextField):
            field.value = value

    def say_again(self) -> None:
        """Another language."""
        for said in self.query(SafeStatic):
            if said.has_class("label"):
                said.say(plain(label(self.spec)))
        for entry in self.query(Choice):
            entry.set_options(options(self.spec, entry.value))
        self.judge()

    def judge(self) -> None:
        """Say what is wrong, or nothing."""
        wrong = problem(self.spec, self.value)
        for line in self.query(".wrong").results(SafeStatic):
            line.say("▲ " + _(WRONG.get(wrong, wrong)) if wrong else "", layout=True)
            line.display = bool(wrong)


class FieldForm(Vertical):
    """The rows of one type; `values` are what stands in them, fields of no row are kept as they were."""

    @dataclass
    class Changed(Message):
        """Something was typed or chosen."""

        form: "FieldForm"

        @property
        def control(self) -> "FieldForm":
            """The form it came from."""
            return self.form

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[FieldRow] = []
        self._kept: dict[str, str] = {}

    def show(self, specs: Sequence[wire.FieldSpec], values: Mapping[str, str]) -> None:
        """These fields with these values; a field of the same kind keeps its place on screen."""
        known = {spec.name for spec in specs}
        # What another type left is still the customer's word: it can be read and corrected.
        left = [name for name, value in values.items() if name not in known and value]
        wanted = [*specs, *(wire.FieldSpec(name, "text", name, name) for name in left)]
        self._kept = dict(values)
        if [row.spec for row in self._rows] == wanted:
            for row in self._rows:
                row.value = values.get(row.spec.name, "")
            return
        for row in self._rows:
            row.remove()
        self._rows = [FieldRow(spec, values.get(spec.name, "")) for spec in wanted]
        if self._rows:
            self.mount(*self._rows)

    def follow(self, specs: Sequence[wire.FieldSpec], now: Mapping[str, str], before: Mapping[str, str]) -> None:
        """The ticket moved on: fields nobody touched here follow it, typed ones stay."""
        typed = {name: value for name, value in self.values.items() if value != before.get(name, "").strip()}
        emptied = {name: "" for name in before if not self.values.get(name)}
        self.show(specs, {**now, **emptied, **typed})

    @property
    def values(self) -> dict[str, str]:
        """Every field that is not empty."""
        return {name: value for name, value in (self._kept | self.entries).items() if value}

    @property
    def entries(self) -> dict[str, str]:
        """What stands in each row, the empty ones too."""
        return {row.spec.name: row.value for row in self._rows}

    @property
    def wrong(self) -> FieldRow | None:
        """The first field whose value the rule refuses."""
        return next((row for row in self._rows if problem(row.spec, row.value) is not None), None)

    def set(self, name: str, value: str) -> None:
        """Put one value in."""
        self._kept[name] = value
        for row in self._rows:
            if row.spec.name == name:
                row.value = value

    def go_to(self, row: FieldRow) -> None:
        """Put the focus there."""
        for entry in row.query("TextField, Choice"):
            entry.focus()

    def say_again(self) -> None:
        """Another language."""
        for row in self._rows:
            row.say_again()

    @on(TextField.Changed)
    @on(Choice.Changed)
    def _changed(self, event: TextField.Changed | Choice.Changed) -> None:
        event.stop()
        sender = event.input if isinstance(event, TextField.Changed) else event.choice
        for row in self._rows:
            if row in sender.ancestors:
                row.judge()
        self.post_message(self.Changed(self))
