"""The service as seen from here: does it answer, how fast, is it of our version, and do the clocks agree."""

import http.client
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec

from agent_tui import __version__, wire
from agent_tui.doctor.report import Finding
from agent_tui.i18n import _, fmt_number

REACH_S: Final = 3.0
SLOW_MS: Final = 250.0
CLOCK_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the service's sign of life said; `ahead_s` is its clock before ours in seconds, None when it says none."""

    status: int
    body: bytes
    took_ms: float
    ahead_s: float | None


def knock(server: str) -> Heard:
    """Ask for the sign of life; raises OSError and http.client.HTTPException."""
    url = urlsplit(server)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=REACH_S)
    try:
        connection.connect()
        begun = time.monotonic()
        connection.request("GET", "/health")
        answer = connection.getresponse()
        body = answer.read(4096)
        took = (time.monotonic() - begun) * 1000
        date = answer.getheader("Date")
    finally:
        connection.close()
    return Heard(answer.status, body, took, parsedate_to_datetime(date).timestamp() - time.time() if date else None)


def check_server(server: str) -> Iterator[Finding]:
    """Reach the service and judge what it says."""
    try:
        heard = knock(server)
    except ssl.SSLError as error:
        says = _("the certificate of {server} is not trusted: {why}").format(server=server, why=error.reason or error)
        yield Finding(_("server"), "wrong", says, _("Ask the operator for the right address or certificate."))
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        says = _("{server} cannot be reached: {why}").format(server=server, why=why)
        yield Finding(_("server"), "wrong", says, _("Is it running, is the address right, does a firewall stop it?"))
    else:
        yield from judge(server, heard)


def judge(server: str, heard: Heard) -> Iterator[Finding]:
    """What the answer means."""
    try:
        health = msgspec.json.decode(heard.body, type=wire.Health)
    except msgspec.DecodeError:
        health = None
    if heard.status != http.client.OK or health is None:
        says = _("What answers at {server} is not the service (status {status}).")
        cure = _("Check the address: --server, AGENT_TUI_SERVER or the settings file.")
        yield Finding(_("server"), "wrong", says.format(server=server, status=heard.status), cure)
        return
    says = _("{server} answers in {ms} ms").format(server=server, ms=fmt_number(heard.took_ms))
    if heard.took_ms > SLOW_MS:
        yield Finding(_("server"), "advice", says, _("The line is slow: prefer a cable, ask the network people."))
    else:
        yield Finding(_("server"), "fine", says)
    if health.version != __version__:
        says = _("the service is {theirs}, the desk {ours}").format(theirs=health.version, ours=__version__)
        yield Finding(_("version"), "wrong", says, _("Update the older of the two."))
    else:
        yield Finding(_("version"), "fine", health.version)
    yield check_clock(heard.ahead_s)


def check_clock(ahead_s: float | None) -> Finding:
    """The desk shows the service's time; a wrong clock here still spoils files and certificates."""
    if ahead_s is None:
        return Finding(_("clock"), "skipped", _("the service does not tell its time"))
    if abs(ahead_s) > CLOCK_S:
        says = _("this machine is {seconds} s off the service").format(seconds=fmt_number(-ahead_s))
        return Finding(_("clock"), "wrong", says, _("Set the clock: timedatectl set-ntp true"))
    return Finding(_("clock"), "fine", _("agrees with the service"))
