"""Bytes from strangers into typed requests: strict JSON, known fields, sane headers."""

import json
import re
from functools import cache
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from backend_stub.errors import Invalid, Malformed, Refused

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
ETAG = re.compile(r'"?([0-9]{1,15})"?')
NAMELIKE = re.compile(r"[A-Za-z_][A-Za-z_.]{0,39}")
LAST_ID = re.compile(r"[0-9]{1,15}")
WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
FIELD = re.compile(r"field `([^`]*)`")
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
NUL = b"\\u0000"
LONGEST_QUERY = 2_000


@cache
def _decoder(kind: type[Struct]) -> msgspec.json.Decoder[Struct]:
    return msgspec.json.Decoder(kind)


def body(raw: bytes, kind: type[Struct]) -> Struct:
    """Return the request; raises Malformed on bad JSON, Invalid naming the field that is wrong."""
    try:
        request = _decoder(kind).decode(raw)
        json.loads(raw, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # JSON's grammar allows half a surrogate pair, but it is no text that could be stored or shown.
        if SURROGATE.search(raw):
            raise Invalid("", "invalid", "A text may not hold half a surrogate pair.") from error
        raise Malformed("The body is not valid JSON in UTF-8.") from error
    if NUL in raw:
        _refuse_nul(request)
    return request


def _once(pairs: list[tuple[str, object]]) -> None:
    """Refuse a name given twice in one object: whoever checked the first would not see the one that counts."""
    if len(pairs) > len({name for name, _ in pairs}):
        raise Invalid("", "duplicate_field", "A field is given twice.")


def _invalid(message: str) -> Invalid:
    """Turn msgspec's message into a field, a code and words that repeat nothing of the value."""
    found = WHERE.match(message)
    what, path = (found["what"], found["path"] or "") if found else (message, "")
    if not path and (named := FIELD.search(what)):
        path = named[1]
    unknown = "unknown field" in what
    missing = "missing required field" in what
    if (unknown or missing) and (named := FIELD.search(what)) and path != named[1]:
        path = f"{path}.{named[1]}"
    if unknown:
        return Invalid(named_like(path), "unknown_field", "This field is unknown here.")
    if what.startswith("Invalid enum value"):
        what = "This is none of the values there are."
    return Invalid(path[:80], "missing" if missing else "invalid", what[:200])


def named_like(name: str) -> str:
    """Return a name as it was given if it looks like one: people's words are not repeated in answers and logs."""
    return name if NAMELIKE.fullmatch(name) else ""


def _refuse_nul(request: Struct) -> None:
    for name, value in msgspec.to_builtins(request).items():
        if "\x00" in _text(value):
            raise Invalid(name, "invalid", "A text may not hold NUL characters.")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "".join(_text(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return "".join(_text(part) for part in value)
    return ""


def query(raw: bytes, known: tuple[str, ...]) -> dict[str, str]:
    """Return the query parameters; raises Malformed on bad text, Invalid on an unknown or repeated one."""
    if not raw:
        return {}
    if len(raw) > LONGEST_QUERY:
        raise Malformed("The query is too long.")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError as error:
        raise Malformed("The query is not valid.") from error
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found or name not in known:
            raise Invalid(named_like(name), "unknown_parameter", "This parameter is unknown or given twice.")
        if "\x00" in value:
            raise Invalid(name, "invalid", "A text may not hold NUL characters.")
        found[name] = value
    return found


def if_match(value: str | None) -> int | None:
    """Return the version of an If-Match header; raises Malformed."""
    if value is None:
        return None
    found = ETAG.fullmatch(value.strip())
    if found is None:
        raise Malformed('If-Match holds one version, such as "3".')
    return int(found[1])


def idempotency_key(value: str | None) -> str | None:
    """Return the Idempotency-Key; raises Refused (422) on one that has the wrong form."""
    if value is None or KEY.fullmatch(value):
        return value
    raise Refused(422, "bad_idempotency_key", "Invalid request", "Idempotency-Key has 8 to 64 of A-Z a-z 0-9 - and _.")


def terminal(value: str | None) -> str | None:
    """Return the X-Desk-Terminal header; raises Refused (422) on one that has the wrong form."""
    if value is None or REQUEST_ID.fullmatch(value):
        return value
    raise Refused(422, "bad_terminal", "Invalid request", "X-Desk-Terminal has 8 to 64 of A-Z a-z 0-9 and -.")


def last_event_id(value: str | None) -> int | None:
    """Return the seq of a Last-Event-ID header; one we never gave out counts as far behind (-1)."""
    if value is None or value == "":
        return None
    return int(value) if LAST_ID.fullmatch(value) else -1
