"""Every error of the service.

ServiceError
├── CannotStart             the operator must change something; the message is the whole story
└── Refused                 an answer to the caller: problem+json with a stable code
    ├── Malformed           400
    ├── NotAuthenticated    401
    ├── Forbidden           403
    ├── NotFound            404   also for what the caller may not know
    ├── Conflict            409   with the current state
    ├── VersionConflict     412   with the current resource
    ├── Invalid             422   with the field
    ├── PreconditionRequired 428
    ├── TooMany             429   with Retry-After
    ├── Unavailable         503   with Retry-After
    └── DiskFull            507
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from agent_tui.wire import FieldError


class ServiceError(Exception):
    """Root of the service's errors."""


class CannotStart(ServiceError):
    """The command line's errors: one sentence with the reason and the cure."""


class Refused(ServiceError):
    """A request that is not carried out; nothing of it is stored."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        current: Struct | None = None,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = list(errors)
        self.current = current
        self.extra: dict[str, object] = dict(extra or {})
        self.headers: dict[str, str] = dict(headers or {})


class Malformed(Refused):
    """The bytes are not what HTTP, JSON or a header promises."""

    def __init__(self, detail: str, code: str = "malformed") -> None:
        super().__init__(400, code, "Malformed request", detail)


class NotAuthenticated(Refused):
    """No session, or one that has ended."""

    def __init__(self, detail: str = "Log in first.", code: str = "not_authenticated") -> None:
        super().__init__(401, code, "Not logged in", detail, headers={"www-authenticate": "Bearer"})


class Forbidden(Refused):
    """The caller's role does not do this."""

    def __init__(self, detail: str = "Your role may not do this.") -> None:
        super().__init__(403, "forbidden", "Forbidden", detail)


class NotFound(Refused):
    """There is no such thing, or the caller may not know of it."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "not_found", "Not found", f"There is no such {what}.")


class Conflict(Refused):
    """The state of things stands in the way; `extra` goes into the answer."""

    def __init__(self, code: str, detail: str, *, current: Struct | None = None, **extra: object) -> None:
        super().__init__(409, code, "Conflict", detail, current=current, extra=extra)


class VersionConflict(Refused):
    """Somebody else changed it first; the answer carries the current resource."""

    def __init__(self, current: Struct, etag: int) -> None:
        super().__init__(
            412,
            "version_conflict",
            "Changed by somebody else",
            "This was changed since you read it; the current state is in `current`.",
            current=current,
            headers={"etag": f'"{etag}"'},
        )


class Invalid(Refused):
    """A field that cannot be accepted."""

    def __init__(self, field: str, code: str, detail: str) -> None:
        super().__init__(422, code, "Invalid request", detail, errors=[FieldError(field, code, detail)])


class PreconditionRequired(Refused):
    """A change without the version it is based on."""

    def __init__(self) -> None:
        super().__init__(428, "precondition_required", "Version required", "Send If-Match with the version you read.")


class TooMany(Refused):
    """Too often; try again after `retry_after` seconds."""

    def __init__(self, retry_after: int, detail: str = "Too many attempts; wait and try again.") -> None:
        super().__init__(429, "too_many", "Too many requests", detail, headers={"retry-after": str(retry_after)})


class Unavailable(Refused):
    """The service cannot do this now."""

    def __init__(self, code: str, detail: str, retry_after: int = 1) -> None:
        super().__init__(503, code, "Unavailable", detail, headers={"retry-after": str(retry_after)})


class DiskFull(Refused):
    """The disk took nothing more; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(507, "disk_full", "Disk full", "The service's disk is full; nothing was stored.")
