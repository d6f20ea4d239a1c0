"""`python -m agent_tui`: the same as the command `agent-tui`."""

import sys

from agent_tui.cli import main

sys.exit(main())
