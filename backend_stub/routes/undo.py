"""Taking back the last reversible change."""

from agent_tui import wire
from backend_stub.routes.table import Answer, Call, Job, Route
from backend_stub.settings import Settings
from backend_stub.store import undo
from backend_stub.store.engine import Tx

PRUNE_S = 600.0


def take_back(tx: Tx, call: Call) -> Answer:
    """Restore what the caller's step changed."""
    done = undo.take_back(tx, call.path["token"], call.user.username)
    things, stayed = (
        [wire.UndoneThing(one.kind, one.id, one.version) for one in part] for part in (done.things, done.stayed)
    )
    return Answer(wire.Undone(len(things), things, stayed))


def _prune(tx: Tx, settings: Settings) -> None:
    undo.prune(tx)


ROUTES: tuple[Route, ...] = (Route("POST", "/v1/undo/{token}", "undo.take", "write", take_back, answer=wire.Undone),)
JOBS: tuple[Job, ...] = (Job("forget undo steps", PRUNE_S, _prune),)
