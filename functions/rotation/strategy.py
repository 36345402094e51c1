"""What the four steps leave to a strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from .entry import Entry


class Strategy(Protocol):
    """Each method can be called again after it broke off anywhere, and by two deliveries at once."""

    def successor(self, current: Entry, password: str) -> Entry:
        """The entry that follows the current one.

        Raises:
            SecretError: the current one cannot have a successor.
        """
        ...

    def check(self, pending: Entry, current: Entry) -> None:
        """Tell when the pending entry is no successor of the current one.

        Whoever may write a pending version must not turn the rotation against another role or server.

        Raises:
            SecretError: it is not.
        """
        ...

    def apply(
        self, pending: Entry, current: Entry, earlier: Iterable[Entry], still_pending: Callable[[], None]
    ) -> str:
        """Make the pending entry work in the database; returns what was done, for the log.

        Args:
            pending: what is to work afterwards.
            current: what clients use.
            earlier: what they used, or what a rotation that broke off has set; read only when it is needed.
            still_pending: raises when the rotation is not the newest any more; called when nothing can come between
                but the end of the transaction.

        Raises:
            RotationError: it cannot be done, and nothing was changed.
        """
        ...

    def verify(self, pending: Entry) -> None:
        """Prove that the pending entry works as clients need it.

        Raises:
            RotationError: it does not.
        """
        ...

    def rehearse(self, current: Entry) -> None:
        """Prove that a rotation could be done, before one is begun.

        Secrets Manager asks for it when rotation is configured without beginning one (``RotateImmediately`` false), by
        testSecret with a pending version that has the value of the current one.

        Raises:
            RotationError: it could not.
        """
        ...
