"""Login: name and password; a wrong pair says so and keeps the name."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from agent_tui.i18n import _
from agent_tui.widgets.fields import TextField
from agent_tui.widgets.safe import SafeStatic, plain


class LoginScreen(Screen[None]):
    """Asks for what is missing; `Submitted` goes to the app, which answers with `failed` or another view."""

    CSS_PATH = "login.tcss"
    AUTO_FOCUS = ""

    @dataclass
    class Submitted(Message):
        """Name and password were given."""

        username: str
        password: str

    def compose(self) -> ComposeResult:
        """Two fields and one line that says what happened."""
        with Center(), Vertical(id="login"):
            yield SafeStatic(Content(_("Customer desk")), id="title")
            yield SafeStatic(Content(_("User name")), classes="label")
            yield TextField(id="username", compact=True)
            yield SafeStatic(Content(_("Password")), classes="label")
            yield TextField(id="password", password=True, compact=True)
            yield SafeStatic(id="said")

    def prefill(self, username: str | None, password: str | None) -> None:
        """Start with what is known already; with both, log in at once."""
        name = self.query_one("#username", TextField)
        name.value = username or ""
        self.query_one("#password" if username else "#username", TextField).focus()
        if username and password:
            self._submit(username, password)

    def ask_again(self, username: str, why: str) -> None:
        """The session ended: the name stands, the password is wanted."""
        self.prefill(username, None)
        self._say(why, "$warning")

    def failed(self, why: str) -> None:
        """That login did not work: the name stays, the password is typed again."""
        field = self.query_one("#password", TextField)
        field.value = ""
        field.focus()
        self._say(why, "$error")

    @on(TextField.Submitted)
    def _enter(self, event: TextField.Submitted) -> None:
        event.stop()
        username = self.query_one("#username", TextField).value.strip()
        password = self.query_one("#password", TextField).value
        if not username:
            self.query_one("#username", TextField).focus()
        elif not password:
            self.query_one("#password", TextField).focus()
        else:
            self._submit(username, password)

    def _submit(self, username: str, password: str) -> None:
        self._say(_("Logging in ..."), "$muted")
        self.post_message(self.Submitted(username, password))

    def _say(self, text: str, style: str) -> None:
        self.query_one("#said", SafeStatic).say(plain(text, style), layout=True)
