"""How reliable the supply was, and the storm board in the figures the utilities publish."""

from msgspec import Struct

from agent_tui.wire.base import Time


class Reliability(Struct, frozen=True):
    """Indices of a period for one corporation, or all (`corporation` null).

    `saidi` and `caidi` are minutes, `saifi` and `maifi` interruptions a customer; null where nobody is served or out.
    Interruptions above 5 minutes are sustained (Circular 39/2015/TT-BCT art. 12).
    """

    corporation: str | None
    served: int
    saidi: float | None
    saifi: float | None
    caidi: float | None
    maifi: float | None
    customer_minutes: float


class StormRow(Struct, frozen=True):
    """Customers a storm cut off in one province (or corporation, or all), and how many are back.

    `affected` counts each customer of each outage that began in the period; `restored` + `out` = `affected`.
    """

    code: str
    name: str
    affected: int
    restored: int
    out: int
    restored_share: float | None
    incidents: int
    incidents_left: int


class StormHour(Struct, frozen=True):
    """One hour of the period: customers who went out and came back in it, and who was out at its end."""

    start: Time
    went_out: int
    came_back: int
    out: int


class OutageStats(Struct, frozen=True):
    """Indices and storm board of a period [from, to)."""

    begin: Time
    end: Time
    indices: list[Reliability]
    total: StormRow
    corporations: list[StormRow]
    provinces: list[StormRow]
    hours: list[StormHour]
