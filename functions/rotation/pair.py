"""The names of two logins that take turns."""

from __future__ import annotations

from dataclasses import dataclass

from .failures import SecretError
from .settings import LONGEST_NAME

CLONE = "_clone"
OWNER = "_owner"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A login's name and the other's: ``name`` and ``name_clone``.

    The other is known from the name alone, whichever of the two it is, so that nothing else has to be stored or can be
    lost. Therefore a name has to leave room for the ending: PostgreSQL would cut it off, and the two would be one.

    Args:
        name: of the login that clients use.
        other: of the login that they will use next.
    """

    name: str
    other: str

    @classmethod
    def of(cls, name: str) -> Pair:
        """The pair that a login belongs to.

        Raises:
            SecretError: the name is too long, or the other cannot be known from it.
        """
        base = name.removesuffix(CLONE)
        most = LONGEST_NAME - len(CLONE)
        if len(base.encode()) > most:
            raise SecretError(
                f"its username {name} has {len(base.encode())} bytes without {CLONE}; allowed with alternating users: "
                f"up to {most}, as PostgreSQL's names have {LONGEST_NAME} at most"
            )
        if not base or base.endswith(CLONE):
            raise SecretError(
                f"its username is {name}; allowed with alternating users: a name, or a name followed by {CLONE} once"
            )
        return cls(name=name, other=base if name != base else base + CLONE)

    @property
    def base(self) -> str:
        """The name of the one without the ending."""
        return self.name.removesuffix(CLONE)

    @property
    def owner(self) -> str:
        """The name of the role that owns what both make, unless the function's settings name another."""
        return self.base + OWNER
