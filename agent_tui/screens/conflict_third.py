"""The value that is neither mine nor theirs: what may stand in a field both changed, whatever kind of field it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from agent_tui import wire
from agent_tui.desk.merge import OF_TYPE, Conflict, Values
from agent_tui.i18n import _
from agent_tui.screens.ticket_facts import reachable, type_of, type_options
from agent_tui.screens.ticket_form import NOBODY
from agent_tui.widgets import field_form
from agent_tui.widgets.power_verdict import device_name
from agent_tui.widgets.ticket_rows import PRIORITY, priority_words
from agent_tui.wire.fields import problem

Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Thirds:
    """What a field may become: its choices where it has some, else what is wrong with a text."""

    types: Sequence[wire.TicketType] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    outages: Sequence[wire.Outage] = ()

    def options(self, conflict: Conflict, values: Values) -> Options | None:
        """The choices with their words; None for a field that is typed. `values` are those of the merge so far."""
        name = conflict.name
        if name == "status":
            return reachable(cast("wire.TicketStatus", conflict.theirs or "new"))
        if name == "priority":
            return [(key, priority_words(key)[0].strip()) for key in PRIORITY]
        if name == "assignee":
            return [(NOBODY, _("nobody")), *self.people.items()]
        if name == "outage":
            return [(NOBODY, _("none")), *((outage.id, device_name(outage)) for outage in self.outages)]
        if name == "type":
            return type_options(self.types, conflict.theirs or "")
        spec = self._spec(name, values)
        return field_form.options(spec, "") if spec is not None and spec.kind == "choice" else None

    def wrong(self, conflict: Conflict, values: Values, typed: str) -> str:
        """What is wrong with a typed value, in words; empty where nothing is."""
        spec = self._spec(conflict.name, values)
        code = problem(spec, typed) if spec is not None else None
        return _(field_form.WRONG.get(code, code)) if code else ""

    def _spec(self, name: str, values: Values) -> wire.FieldSpec | None:
        if not name.startswith(OF_TYPE):
            return None
        kind = type_of(self.types, values.get("type") or "")
        wanted = name.removeprefix(OF_TYPE)
        return next((spec for spec in (kind.fields if kind is not None else ()) if spec.name == wanted), None)
