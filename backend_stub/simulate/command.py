"""`agent-tui-service simulate`: plays customers against a running service through its public doors."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from backend_stub.errors import CannotStart
from backend_stub.simulate import accounts, scenario
from backend_stub.simulate.door import Refused, WrongAccount
from backend_stub.simulate.people import DEFAULT_SEED, People
from backend_stub.simulate.player import Account, Play, Player

SAMPLE_CUSTOMERS = 2_000
_CONNECTIONS = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--server", required=True, metavar="URL", help="the service, as `serve` printed it")
    parser.add_argument("--scenario", default="day", help=f"one of {', '.join(scenario.NAMES)} (default day)")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds in a second (default 1)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="same seed, same day")
    parser.add_argument("--minutes", type=float, help="end after so many simulated minutes (default: never)")
    parser.add_argument("--user", required=True, help="a user of role channel")
    parser.add_argument("--password-file", required=True, type=Path, metavar="FILE", help="that user's password")
    parser.add_argument("--agents", type=Path, metavar="FILE", help="accounts file of `seed`: others work too")
    parser.add_argument("--lifeline", action="store_true", help="end when standard input is closed")


def run(args: argparse.Namespace) -> int:
    """Play until the end, a signal or a lost lifeline; then 0; raises CannotStart."""
    play = _play(args)
    try:
        asyncio.run(_until_told(_played(play), lifeline=args.lifeline))
    except WrongAccount as error:
        raise CannotStart(str(error)) from None
    except Refused as error:
        raise CannotStart(f"The service does not let {args.user} report contacts: {error}.") from None
    return 0


def _play(args: argparse.Namespace) -> Play:
    """Check the options and gather what to play; raises CannotStart."""
    url = urlsplit(args.server)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise CannotStart(f"--server must look like http://127.0.0.1:8400, not {args.server!r}.")
    if args.speed <= 0:
        raise CannotStart("--speed must be more than 0.")
    try:
        chosen = scenario.by_name(args.scenario)
        known = accounts.read(args.agents) if args.agents else None
        people = People(known.customers, known.seed) if known else People(SAMPLE_CUSTOMERS)
        password = args.password_file.read_text("utf-8").strip()
    except OSError as error:
        raise CannotStart(f"cannot read {error.filename}: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise CannotStart(
            f"{args.agents or args.password_file} is not a file of the kind `seed --accounts` writes."
        ) from None
    except ValueError as error:
        raise CannotStart(f"{error}.") from None
    users = known.users if known else []
    # The dispatcher is somebody else than the lead at the desk, whose record would be full of what they never did.
    leads = [Account(u.username, u.password) for u in users if u.role == "lead" and u.simulated]
    return Play(
        server=args.server,
        people=people,
        scenario=chosen,
        seed=args.seed,
        speed=args.speed,
        minutes=args.minutes,
        channel=Account(args.user, password),
        agents=tuple(Account(u.username, u.password) for u in users if u.simulated),
        lead=leads[0] if leads else None,
    )


async def _played(play: Play) -> None:
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    async with httpx.AsyncClient(base_url=play.server, limits=limits, trust_env=False) as http:
        await Player(play, http).run()


async def _until_told(work: Coroutine[None, None, None], *, lifeline: bool) -> None:
    """Run the work until it ends, SIGTERM, SIGINT, SIGHUP or, with a lifeline, the end of standard input."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    if lifeline:
        await _watch(task)
    try:
        await task
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group:
        expected, _rest = group.split((WrongAccount, Refused))
        if expected is None:
            raise
        raise _first(expected) from None


async def _watch(task: "asyncio.Future[None]") -> None:
    """Cancel the task when standard input ends: whoever holds its other end is gone."""

    class Ended(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            task.cancel()

    await asyncio.get_running_loop().connect_read_pipe(Ended, sys.stdin)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
