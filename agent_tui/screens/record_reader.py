"""Reads one customer's record: identity first, then the power verdict; bills and their reasons when they are shown."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from agent_tui import wire
from agent_tui.errors import DeskError
from agent_tui.net.client import DeskClient
from agent_tui.net.latest import LatestWins
from agent_tui.widgets.bill_chart import step


@dataclass
class RecordFile:
    """What was read of one customer; `errors` by what could not be read, as sentences."""

    code: str
    reason: str
    tab: str = "overview"
    record: wire.CustomerRecord | None = None
    power: wire.Power | None = None
    bills: list[wire.Bill] | None = None
    checks: dict[str, wire.BillCheck] = field(default_factory=dict)
    period: str = ""
    errors: dict[str, str] = field(default_factory=dict)


class RecordReader:
    """`file` is the record on screen; `start` runs a coroutine, `came` hears of every answer about that file."""

    def __init__(
        self,
        client: Callable[[], DeskClient],
        start: Callable[[Coroutine[None, None, None]], None],
        came: Callable[[], None],
    ) -> None:
        self._client, self._start, self._tell = client, start, came
        self.file: RecordFile | None = None
        self._why: LatestWins[tuple[RecordFile, str], wire.BillCheck] = LatestWins(
            lambda wanted: self._client().bill_check(wanted[0].code, wanted[1], wanted[0].reason),
            self._checked,
            lambda wanted, error: self._failed(wanted[0], "check", error),
        )

    def open(self, code: str, tab: str, reason: str) -> None:
        """Read this customer's record from the start."""
        self.file = RecordFile(code, reason, tab)
        self.again()

    def again(self) -> None:
        """Read everything that was asked for once more; what is known stays until the answers come."""
        if (file := self.file) is None:
            return
        file.errors.clear()
        self._start(self._read(file))
        if file.bills is not None or file.tab == "bills":
            self._start(self._read_bills(file))

    def need_bills(self) -> None:
        """Read the bills unless they are there."""
        if (file := self.file) is not None and file.bills is None:
            file.errors.pop("bills", None)
            self._start(self._read_bills(file))

    def look_at(self, period: str) -> None:
        """Ask why this bill is what it is, unless that is known."""
        if (file := self.file) is None:
            return
        file.period = period
        file.errors.pop("check", None)
        if file.bills and period not in file.checks:
            self._why.want((file, period))

    async def _read(self, file: RecordFile) -> None:
        try:
            file.record = await self._client().customer(file.code, file.reason)
        except DeskError as error:
            self._failed(file, "record", error)
            return
        self._came(file)
        try:
            file.power = await self._client().power(file.code, file.reason)
        except DeskError as error:
            self._failed(file, "power", error)
        self._came(file)

    async def _read_bills(self, file: RecordFile) -> None:
        try:
            file.bills = await self._client().bills(file.code, file.reason)
        except DeskError as error:
            self._failed(file, "bills", error)
            return
        file.checks.clear()
        if file is self.file:
            self.look_at(step(file.bills, file.period, 0))
        self._came(file)

    def _checked(self, wanted: tuple[RecordFile, str], check: wire.BillCheck) -> None:
        file, period = wanted
        file.checks[period] = check
        self._came(file)

    def _failed(self, file: RecordFile, what: str, error: DeskError) -> None:
        file.errors[what] = error.say()
        self._came(file)

    def _came(self, file: RecordFile) -> None:
        """Another record may have been opened meanwhile: then nobody looks at this one."""
        if file is self.file:
            self._tell()
