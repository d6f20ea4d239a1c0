from string import Formatter

import pytest

from agent_tui import errors
from agent_tui.errors import Conflict, DeskError, Forbidden, Invalid, NotFound, NotSent, Refused, Stale
from agent_tui.wire import FieldError, Problem

PROBLEM = Problem("about:blank", "Conflict", 409, "The contact {id} is closed.", "illegal_transition", "req-7")
FIELDS = Problem("x", "Invalid", 422, "bad", "invalid", "req-8", [FieldError("title", "too_long", "is too long")])

ALL = [
    errors.ServiceUnreachable("ConnectError"),
    errors.NotLoggedIn(),
    errors.WrongPassword(),
    errors.TooManyRequests(0.2),
    errors.ServiceBroken(500, "req-9"),
    errors.ServiceBroken(503),
    errors.ServiceBroken(507, "req-9"),
    NotSent(),
    Refused(PROBLEM),
    Conflict(PROBLEM),
    Stale(PROBLEM),
    Invalid(FIELDS),
    Invalid(PROBLEM),
    NotFound(PROBLEM),
    Forbidden(PROBLEM),
]


@pytest.fixture(autouse=True)
def untranslated():
    yield
    errors.use_translator(lambda msgid: msgid)


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_every_error_says_one_filled_in_sentence(error: DeskError):
    said = error.say()
    msgid, params = error.message()
    assert said
    assert "\n" not in said
    for _, name, _, _ in Formatter().parse(msgid):
        assert name is None or str(params[name]) in said


def test_the_services_words_are_shown_as_they_are():
    assert "The contact {id} is closed." in Refused(PROBLEM).say()
    assert "req-7" in Refused(PROBLEM).say()


def test_who_was_first_is_named():
    taken = Problem("x", "Conflict", 409, "", "already_taken", "r")
    assert Conflict(taken, by="u7", by_name="Minh").say().startswith("Minh ")
    assert "colleague" in Conflict(taken).say()


def test_sentences_are_translated_when_said_not_when_raised():
    error = errors.ServiceUnreachable("ConnectError")
    errors.use_translator(
        lambda msgid: "Không kết nối được máy chủ ({detail})." if "cannot be reached" in msgid else ""
    )
    assert error.say() == "Không kết nối được máy chủ (ConnectError)."
