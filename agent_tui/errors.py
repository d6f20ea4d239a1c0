"""Everything that can go wrong between the desk and its service, as one tree.

    DeskError
    ├── ServiceUnreachable(detail)          no answer: not started, network, timeout (the effect may have happened)
    ├── NotLoggedIn(problem)                401: the session ended
    │   └── WrongPassword                   401 at login
    ├── TooManyRequests(retry_after)        429
    ├── ServiceBroken(status, retry_after)  5xx, or an answer we cannot read
    ├── NotSent                             an intent held back because the one it needs was refused
    ├── WaitedTooLong                       an intent so old that the service may no longer know its key
    └── Refused(problem)                    the service answered: no
        ├── Conflict(by, by_name)           409: somebody or something was first
        ├── Stale(current)                  412: changed since it was read
        ├── Invalid(fields)                 422: a field was not accepted
        ├── NotFound                        404
        └── Forbidden                       403

Every error can `say()` one sentence: what happened, to what, and what to do next. Sentences are message ids with
parameters; the desk installs its translation with `use_translator`.
"""

from collections.abc import Callable

from msgspec import Struct

from agent_tui.wire import FieldError, Problem, TicketChange

Params = dict[str, str | int]


def _untranslated(msgid: str) -> str:
    return msgid


_translate: Callable[[str], str] = _untranslated


def use_translator(translate: Callable[[str], str]) -> None:
    """Let every later `say()` translate its sentences with this function."""
    global _translate
    _translate = translate


class DeskError(Exception):
    """Base of everything the desk tells its user; never raised itself."""

    def _message(self) -> tuple[str, Params]:
        return "Something went wrong. Try again.", {}

    def message(self) -> tuple[str, Params]:
        """Return the English message id and its parameters."""
        return self._message()

    def say(self) -> str:
        """Return one translated sentence naming the thing and the next step."""
        msgid, params = self._message()
        return _translate(msgid).format(**params)

    def __str__(self) -> str:
        return self.say()


class ServiceUnreachable(DeskError):
    """No answer came (`detail` is a technical word); the request may nevertheless have had its effect."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def _message(self) -> tuple[str, Params]:
        return "The service cannot be reached ({detail}). The desk keeps trying; nothing typed is lost.", {
            "detail": self.detail
        }


class NotLoggedIn(DeskError):
    """The service does not know this session (any more)."""

    def __init__(self, problem: Problem | None = None) -> None:
        super().__init__()
        self.problem = problem

    def _message(self) -> tuple[str, Params]:
        return "The session has ended. Log in again; nothing typed is lost.", {}


class WrongPassword(NotLoggedIn):
    """User name and password do not belong together."""

    def _message(self) -> tuple[str, Params]:
        return "User name or password is wrong. Type both again.", {}


class TooManyRequests(DeskError):
    """The service asks to wait `retry_after` seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after

    def _message(self) -> tuple[str, Params]:
        return "Too many attempts. Wait {seconds} s and try again.", {"seconds": max(1, round(self.retry_after))}


class ServiceBroken(DeskError):
    """The service failed (`status` 5xx) or cannot be understood (`status` 200); `retry_after` in seconds."""

    def __init__(self, status: int, request_id: str = "", retry_after: float | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Tell whether the same request may succeed later without anybody changing it."""
        return self.status in (502, 503, 504, 507)

    def _message(self) -> tuple[str, Params]:
        params: Params = {"status": self.status, "request_id": self.request_id or "-"}
        if self.status == 507:
            return "The service has no disk space left; tell the operator (request {request_id}).", params
        if self.passing:
            return "The service is busy or starting ({status}); try again in a moment.", params
        return "The service failed ({status}); try again, and tell the operator request {request_id}.", params


class NotSent(DeskError):
    """An intent that was held back because the one it builds on was refused."""

    def _message(self) -> tuple[str, Params]:
        return "Not sent, because the step before it was refused. Put that right and press the key again.", {}


class WaitedTooLong(DeskError):
    """An intent that waited until nobody can tell any more whether the service has it: a person must look."""

    def _message(self) -> tuple[str, Params]:
        return "This waited here for a day; the service may have it or not. Look there, then send it again.", {}


class Refused(DeskError):
    """The service understood and said no; `problem` is its answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code of the refusal."""
        return self.problem.code

    @property
    def request_id(self) -> str:
        """The id under which the operator finds this request."""
        return self.problem.request_id

    def _message(self) -> tuple[str, Params]:
        return "Refused: {detail} (request {request_id})", {
            "detail": self.problem.detail or self.problem.title,
            "request_id": self.request_id or "-",
        }


class Conflict(Refused):
    """Somebody was first, or the state does not allow it; `by` is the other's user id, `allowed` the ways out."""

    def __init__(
        self, problem: Problem, by: str | None = None, allowed: tuple[str, ...] = (), by_name: str | None = None
    ) -> None:
        super().__init__(problem)
        self.by = by
        self.by_name = by_name
        self.allowed = allowed

    def _message(self) -> tuple[str, Params]:
        if self.code == "already_taken" and self.by_name:
            return "{by} was first and has this contact. Take the next one.", {"by": self.by_name}
        if self.code == "already_taken":
            return "A colleague was first and has this contact. Take the next one.", {}
        if self.code == "not_available":
            return "You can take a contact only when available and with nothing in hand. F9 changes your state.", {}
        if self.code == "illegal_transition":
            return "That is not possible now: {detail} (request {request_id})", {
                "detail": self.problem.detail,
                "request_id": self.request_id or "-",
            }
        return super()._message()


class Stale(Refused):
    """The thing changed since it was read; `current` is what it is now, `since` who changed what (tickets)."""

    def __init__(self, problem: Problem, current: Struct | None = None, since: tuple[TicketChange, ...] = ()) -> None:
        super().__init__(problem)
        self.current = current
        self.since = since

    def _message(self) -> tuple[str, Params]:
        return "Somebody saved a change in the meantime. Compare, then save again.", {}


class Invalid(Refused):
    """One or more fields were not accepted."""

    @property
    def fields(self) -> tuple[FieldError, ...]:
        """The refused fields, in the service's order."""
        return tuple(self.problem.errors)

    def _message(self) -> tuple[str, Params]:
        if not self.fields:
            return super()._message()
        first = self.fields[0]
        return "Field {field} was not accepted: {detail} (request {request_id})", {
            "field": first.field,
            "detail": first.detail,
            "request_id": self.request_id or "-",
        }


class NotFound(Refused):
    """There is no such thing, or this user may not know of it."""

    def _message(self) -> tuple[str, Params]:
        return "Not found: it is gone, or it belongs to another centre (request {request_id}).", {
            "request_id": self.request_id or "-"
        }


class Forbidden(Refused):
    """This user may not do that."""

    def _message(self) -> tuple[str, Params]:
        return "Your role does not allow that; ask your team lead (request {request_id}).", {
            "request_id": self.request_id or "-"
        }
