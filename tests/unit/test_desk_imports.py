import subprocess
import sys

CODE = """
import sys
import agent_tui.net.client, agent_tui.net.sync, agent_tui.net.outbox, agent_tui.net.latest, agent_tui.desk.store
agent_tui.net.client.DeskClient("http://localhost")
print(",".join(sorted({"httpx", "textual", "rich"} & set(sys.modules))))
"""


def test_net_and_store_load_neither_httpx_nor_textual():
    """Httpx costs a fifth of the desk's start: it is loaded after the first paint; the store needs no screen."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
