"""The App: views, keys and themes; its error boundary, live data and drafts are mixins; nothing else."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from textual import on
from textual.app import App
from textual.binding import BindingsMap

from agent_tui import i18n
from agent_tui.boundary import ErrorBoundary
from agent_tui.errors import DeskError, use_translator
from agent_tui.i18n import _
from agent_tui.keys.actions import BY_NAME
from agent_tui.keys.keymap import Keymap, use_keymap
from agent_tui.keys.ordered import OrderedKeys
from agent_tui.launch import Launch
from agent_tui.live import LiveData
from agent_tui.net.client import DeskClient
from agent_tui.net.sync import LiveSource
from agent_tui.screens import registry
from agent_tui.screens.base import DeskScreen
from agent_tui.screens.dialog import Dialog
from agent_tui.screens.flow import Flow
from agent_tui.screens.login import LoginScreen
from agent_tui.theme import dress
from agent_tui.view_file import ViewFile
from agent_tui.widgets.action_bar import ActionBar
from agent_tui.widgets.line_list import LineList
from agent_tui.widgets.offer_bar import OfferBar
from agent_tui.widgets.safe import Severity, toast
from agent_tui.widgets.top_bar import TopBar

HERE = Path(__file__).parent


class DeskApp(OrderedKeys, LiveData, ErrorBoundary, App[None], inherit_bindings=False):
    """The desk; `views`, `client`, `source` and `flow` replace the real ones in tests."""

    CSS_PATH = [HERE / "app.tcss", HERE / "screens" / "base.tcss"]
    ENABLE_COMMAND_PALETTE = False
    MODES = {"login": LoginScreen}
    DEFAULT_MODE = "login"

    def __init__(
        self,
        launch: Launch,
        *,
        client: DeskClient | None = None,
        source: LiveSource | None = None,
        views: Mapping[str, Callable[[], DeskScreen]] | None = None,
        flow: Callable[["DeskApp"], Flow] | None = None,
    ) -> None:
        i18n.set_language(i18n.pick_language(launch.language))
        use_translator(_)
        super().__init__()
        self.launch = launch
        self.keymap = Keymap.from_settings(launch.keys)
        self.letters = self.keymap.letters
        use_keymap(self.keymap)
        self.saved_views = launch.views
        self.view_file = ViewFile(launch.views_file)
        self.client = client or DeskClient(launch.server)
        self._source = source
        self._turn = asyncio.Lock()
        self.flow = (flow or registry.make_flow)(self)
        for name, make in (views or registry.VIEW_SCREENS).items():
            self.add_mode(name, make)
        self._bindings = BindingsMap(self.keymap.bindings())
        dress(self, launch.theme, launch.density)

    def on_mount(self) -> None:
        """Tick each second; log in at once when name and password were given."""
        self.set_interval(1.0, self._tick)
        login = self.screen
        if isinstance(login, LoginScreen):
            login.prefill(self.launch.username, self.launch.password)

    @on(LoginScreen.Submitted)
    def log_in(self, event: LoginScreen.Submitted) -> None:
        """Try name and password."""
        self.run_worker(self._log_in(event.username, event.password), group="login", exit_on_error=False)

    async def _log_in(self, username: str, password: str) -> None:
        login = self.screen
        try:
            session = await self.client.login(username, password)
        except DeskError as wrong:
            if isinstance(login, LoginScreen):
                login.failed(wrong.say())
            return
        self.start_live(session.user, self._source)
        await self.show_view(registry.HOME)
        await self.offer_drafts()

    def session_ended(self, why: str) -> None:
        """The login screen comes over the views, which keep what they hold."""
        self.switch_mode("login")
        login = self.screen
        if isinstance(login, LoginScreen):
            login.ask_again(self.state.user.username, why)

    async def show_view(self, name: str) -> None:
        """Go to a view; its state is as it was left."""
        if self.live and name != self.current_mode:
            await self.switch_mode(name)

    def letters_dropped(self) -> None:
        """A paste reached a place where nothing is typed."""
        self.toast(_("That text was not taken: nothing is typed here. Go to a field, then paste it."), "warning")

    async def action_act(self, name: str) -> None:
        """What every key of the registry is bound to."""
        await self.act(name)

    async def act(self, name: str) -> None:
        """Run an action as if its key had been pressed: it says why it cannot, or runs in a worker of its own."""
        if isinstance(screen := self.screen, DeskScreen):
            self.run_worker(self._act(screen, name, self.hold_keys()), name=name, group="act", exit_on_error=False)

    async def _act(self, screen: DeskScreen, name: str, release: Callable[[], None]) -> None:
        try:
            # One at a time: F5 typed after F2 acts on what F2 took, however long the service needs.
            async with self._turn if BY_NAME[name].waits else contextlib.nullcontext():
                await (self.view_on_screen() or screen).perform(name)
        except DeskError as trouble:
            self.toast(trouble.say(), "error")
        finally:
            release()

    def run_soon(self, name: str) -> None:
        """Run an action when the dialog that asked for it has closed."""
        release = self.hold_keys()

        async def run() -> None:
            await self.act(name)
            release()

        self.call_after_refresh(run)

    def why_not(self, name: str) -> str | None:
        """Why an action cannot act on the view on screen, or None."""
        view = self.view_on_screen()
        return _("Log in first.") if view is None else view.why_not(name)

    @on(ActionBar.Pressed)
    async def _bar_pressed(self, event: ActionBar.Pressed) -> None:
        await self.act(event.action)

    @on(OfferBar.Pressed)
    async def _offer_pressed(self, event: OfferBar.Pressed) -> None:
        await self.act(event.action)

    @on(TopBar.ViewPressed)
    async def _tab_pressed(self, event: TopBar.ViewPressed) -> None:
        await self.show_view(event.view)

    def toast(self, text: str, severity: Severity = "information") -> None:
        """A short message."""
        toast(self, text, severity)

    async def switch_language(self) -> None:
        """The other language, at once: every view and open dialog is drawn again, what is typed stays."""
        i18n.set_language("en" if i18n.language() == "vi" else "vi")
        self._tell_views(lambda view: view.language_changed())
        for screen in [screen for stack in self._screen_stacks.values() for screen in stack]:
            if isinstance(screen, Dialog):
                await screen.language_changed()

    async def leave(self) -> None:
        """Log out and end the desk."""
        await self.client.logout()
        await self.client.aclose()
        self.exit()

    def _tick(self) -> None:
        # A desk that closes takes its widgets away one by one.
        if self.is_running and (view := self.view_on_screen()) is not None:
            view.refresh_chrome()
            view.tick(self.now())
            for found in view.query(LineList).results(LineList):
                found.tick()
