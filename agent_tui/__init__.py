"""The desk: what the agents and team leads of an electricity utility's call centre sit at."""

__version__ = "0.1.0"
