"""What may be a password: length and the list of the commonest decide; 64 characters and more work (ASVS 6.2)."""

import subprocess
import sys
from importlib import resources

import pytest

from backend_stub.errors import Invalid
from backend_stub.passwords import COMMON, LONGEST, SHORTEST, Passwords, common
from tests.service import CHEAP


@pytest.fixture
def passwords():
    made = Passwords(CHEAP.sessions)
    yield made
    made.close()


def refused(passwords, password):
    with pytest.raises(Invalid) as error:
        passwords.hash(password)
    return error.value.errors[0].code


def test_the_commonest_are_refused_in_any_case(passwords):
    assert [refused(passwords, text) for text in ("password", "Password1", "QWERTYUIOP", "1234567890")] == [
        "common_password"
    ] * 4
    assert [refused(passwords, text) for text in ("", "pass", "x" * (LONGEST + 1))] == ["weak_password"] * 3
    for text in ("correct horse", "aaaaaaaaaaab"):
        assert passwords.hash(text).startswith("$argon2id$")


def test_the_list_is_the_top_3000_of_those_we_would_take_and_says_where_it_is_from():
    package = resources.files("backend_stub.reference")
    text = package.joinpath(COMMON).read_text("utf-8")
    head = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert all(word in head for word in ("Source", "Licence of the source: BSD-3-Clause", "2026-11-22", "Made by"))
    assert "Django Software Foundation" in package.joinpath("django.LICENSE").read_text()
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert rows[:3] == ["123456789", "password", "12345678"]
    assert len(rows) >= 3_000
    assert common() == {row.lower() for row in rows}
    assert all(len(row) >= SHORTEST for row in rows)


@pytest.mark.parametrize("length", [8, 64, 65, 128, 256])
async def test_long_passwords_work_to_their_last_character(passwords, length):
    # No character of a long one is cut off: a password that differs in the last is another.
    password = ("một mật khẩu dài " * 20)[: length - 1]
    encoded = passwords.hash(password + "a")
    assert await passwords.verify(encoded, password + "a")
    assert not await passwords.verify(encoded, password + "b")
    assert not await passwords.verify(encoded, password)


def test_a_start_does_not_read_the_list():
    program = (
        "from backend_stub import passwords, settings\n"
        "made = passwords.Passwords(settings.Settings().sessions)\n"
        "made.close()\n"
        "assert passwords.common.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
