"""`python -m backend_stub` is `agent-tui-service`."""

from backend_stub.cli import main

raise SystemExit(main())
