"""`agent-tui doctor`: what may trouble the desk on this machine, each finding with its cure."""
