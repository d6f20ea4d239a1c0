"""The service behind the desk: the system of record, over HTTP, with SQLite inside."""

__version__ = "0.1.0"
