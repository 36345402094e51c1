"""What the answer to a login depends on, as PostgreSQL's catalog has it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from pg8000.native import DatabaseError, InterfaceError, literal  # type: ignore[import-untyped]

from tests.functions.server import PostgreSQLServer
from tests.rotation_matrix.client import Answer, log_in

State = tuple[str, str]


class Catalog:
    """Knows the answer to a login that was tried before, while nothing has changed that it depends on.

    A login takes ten times as long as a look into the catalog, over a connection that stays open, and most of what a
    rotation changes is nothing to the login that clients use.

    Args:
        server: with the catalog.
    """

    def __init__(self, server: PostgreSQLServer) -> None:
        self._server = server
        self._thread = threading.local()
        self._known: dict[tuple[str, ...], tuple[State, Answer]] = {}

    def log_in(
        self, entry: Mapping[str, Any] | None, tried: Callable[[Answer], object] = lambda _: None
    ) -> Answer:
        """Log in with an entry's username and password, or tell what came of it the last time.

        Args:
            entry: value of a secret.
            tried: gets the answer if there was a login.
        """
        key = tuple(str((entry or {}).get(name)) for name in ("username", "password", "dbname"))
        state = self._state(role=key[0], database=key[2])
        known = self._known.get(key)
        if known and known[0] == state:
            return known[1]
        answer = log_in(self._server, entry)
        tried(answer)
        if state:  # as it was before the login: if it has changed meanwhile, it is tried again
            self._known[key] = state, answer
        return answer

    def _state(self, role: str, database: str) -> State | None:
        """The transactions that have last changed role and database: password, rights, limits; None without an answer."""
        try:
            if not hasattr(self._thread, "connection"):
                self._thread.connection = self._server.connect()
            [[of_role, of_database]] = self._thread.connection.run(
                f"SELECT (SELECT xmin::text FROM pg_authid WHERE rolname = {literal(role)}),"
                f" (SELECT xmin::text FROM pg_database WHERE datname = {literal(database)})"
            )
        except (DatabaseError, InterfaceError, OSError):
            vars(self._thread).pop("connection", None)
            return None
        return str(of_role), str(of_database)
