"""Inside the function's process: each call to Secrets Manager and PostgreSQL is announced, and waits until it may go on.

Between two calls the function changes nothing that anybody else could see. So the moments before each call, and the one
after the last, are all the moments in which it can be killed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.client import BaseClient
from pg8000.core import CoreConnection  # type: ignore[import-untyped]

_QUOTED = re.compile(r"""E?'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_WORDS = re.compile(r"[A-Za-z_]+")
_READS = re.compile(r"(Describe|Get|List)\w+|(connect|close|SELECT|SHOW|SET|BEGIN|START|ROLLBACK)\b.*")


@dataclass(frozen=True)
class Call:
    """A call that the function is about to make.

    Args:
        name: an operation of Secrets Manager, ``connect as <role>``, or the first words of a statement; no values.
    """

    name: str

    @property
    def changes(self) -> bool:
        """Whether it is more than a question."""
        return _READS.fullmatch(self.name) is None

    @property
    def ends_transaction(self) -> bool | None:
        """Whether it ends a transaction, or begins one; None when it does neither."""
        return {"COMMIT": True, "ROLLBACK": True, "BEGIN": False, "START": False}.get(self.name.split(" ")[0])

    @property
    def service(self) -> str:
        """Who answers it."""
        return "Secrets Manager" if re.fullmatch(r"([A-Z][a-z]+){2,}", self.name) else "PostgreSQL"


def announce(wait: Callable[[Call], None]) -> None:
    """Make the libraries announce each call; for good, so only in a process that ends with the function.

    Args:
        wait: called before each call; returns when the call may be made.
    """

    def before(method: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        @functools.wraps(method)
        def announced(self: Any, *args: Any, **kwargs: Any) -> Any:
            wait(Call(name(*args, **kwargs)))
            return method(self, *args, **kwargs)

        return announced

    client: Any = BaseClient
    client._make_api_call = before(client._make_api_call, lambda operation, _parameters: str(operation))
    CoreConnection.__init__ = before(CoreConnection.__init__, lambda user, *_, **__: f"connect as {user}")
    for method in ("execute_simple", "execute_unnamed", "prepare_statement"):
        setattr(CoreConnection, method, before(getattr(CoreConnection, method), statement))
    # A prepared statement that is executed says what it is last.
    CoreConnection.execute_named = before(CoreConnection.execute_named, lambda *args: statement(args[-1]))


def statement(sql: str, *_: Any, **__: Any) -> str:
    """What a statement does, without names and values: ``ALTER ROLE PASSWORD``."""
    return " ".join(_WORDS.findall(_QUOTED.sub("", sql))[:4])
