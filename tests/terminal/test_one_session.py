"""One session per terminal: whoever logs in at a desk ends what was open there, and nothing elsewhere."""

from pathlib import Path

from tests.terminal.harness import Terminal
from tests.terminal.site import Site, environment


def test_a_desk_elsewhere_goes_on_when_the_same_agent_logs_in_at_another_terminal(site: Site, tmp_path: Path) -> None:
    with Terminal(site.desk(), (100, 30), environment(tmp_path)) as first:
        first.wait_for("● live", 20)
        with Terminal(site.desk(), (100, 30), environment(tmp_path)) as second:
            second.wait_for("● live", 20)
            first.wait_for("● live", 5)
            assert "Log in again" not in first.display
