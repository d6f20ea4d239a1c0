"""The desk's error boundary: no locals and no texts of people on the terminal, a bare trace in a private file."""

import asyncio
import signal
import sys

from textual.app import App
from textual.worker import Worker, WorkerFailed, WorkerState

from agent_tui import crash
from agent_tui.errors import DeskError
from agent_tui.i18n import _
from agent_tui.launch import Launch
from agent_tui.text.clean import TEXT_CAP, clean
from agent_tui.widgets.safe import toast

VITAL = ("sync", "outbox")


class ErrorBoundary(App[None]):
    """Mixin for App: whatever fails, the terminal is left as it was found, and says one sentence."""

    launch: Launch
    crash_line: str = ""

    def on_mount(self) -> None:
        """Hear of errors that nobody waits for, and of a request to stop."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._nobody_waited)
        if not self.is_headless and sys.platform != "win32":
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._told_to_stop, number)

    def save_typed(self) -> int:
        """Put what is typed on the disk at once; answers how many texts will be offered at the next start."""
        return 0

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """No worker may end the desk by itself."""
        # One that ends the desk by its own wish has done so already, and is reported.
        failed = event.state is WorkerState.ERROR and not event.worker.exit_on_error
        if failed and event.worker.error is not None:
            self.worker_failed(event.worker.group, event.worker.error)

    def worker_failed(self, group: str, error: BaseException) -> None:
        """A fault in an action costs that action, not the desk; without live data there is no desk."""
        if isinstance(error, DeskError):
            toast(self, error.say(), "error")
        elif group in VITAL or not isinstance(error, Exception):
            raise error
        else:
            self._say_fault(error)

    def copy_to_clipboard(self, text: str) -> None:
        """Only keys come here; what goes to the terminal's clipboard is clean like everything else."""
        super().copy_to_clipboard(clean(text, multiline=True, cap=TEXT_CAP))

    def _say_fault(self, error: BaseException) -> None:
        crash_id, _path = crash.report(error, self.launch.state_dir)
        toast(self, _("That did not work because of a fault in the desk (crash {id}).").format(id=crash_id), "error")

    def _nobody_waited(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception) and self.is_running:
            self._say_fault(error)

    def _told_to_stop(self, number: int) -> None:
        self.save_typed()
        self.exit(return_code=128 + number)

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        # The framework's wrapper has no trace: the fault itself is what the operator needs.
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if not self.crash_line:
            drafts = self.save_typed()
            self.crash_line = crash.sentence(*crash.report(error, self.launch.state_dir), drafts)
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """What a thread of the framework says when it fails: the same, without its words."""
        self._handle_exception(RuntimeError("a thread of the terminal failed"))

    def _fatal_error(self) -> None:
        """Never the framework's own report: it prints every local variable."""
        self._close_messages_no_wait()
