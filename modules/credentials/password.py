"""What passwords are made of: safe for RDS, PostgreSQL, URLs and shells, whatever the settings add."""

from __future__ import annotations

import string
from typing import Annotated, Self

from pydantic import Field, model_validator

from modules.settings import Settings, refusal

UNRESERVED = "-._~"
"""Punctuation that needs no escape in a URL (RFC 3986, 2.3); the same is safe in a DSN, a shell and SQL.
RDS refuses ``/``, ``@``, ``"``, ``'`` and spaces (source: botocore, rds, CreateDBInstance, MasterUserPassword)."""

UNSAFE = "".join(character for character in string.punctuation if character not in UNRESERVED)

KINDS = {
    "lower-case letter": string.ascii_lowercase,
    "upper-case letter": string.ascii_uppercase,
    "digit": string.digits,
    "punctuation character": UNRESERVED,
}
"""Secrets Manager puts one of each kind into a password (source: GetRandomPassword, RequireEachIncludedType)."""

FEWEST_CHARACTERS = 32
"""With the shortest length this leaves 80 bits of chance: 16 characters of 5 bits each."""


class PasswordSettings(Settings):
    """How new passwords are made: of letters, digits and ``- . _ ~``, except what is excluded.

    Args:
        length: characters, 16 to 128; RDS takes no longer one.
        excluded_characters: characters that are not used either, such as ``0O1lI``.
    """

    length: Annotated[int, Field(ge=16, le=128)] = 32
    excluded_characters: Annotated[str, Field(pattern=r"^[!-~]*$", max_length=94)] = ""

    @model_validator(mode="after")
    def _enough_is_left(self) -> Self:
        for kind, characters in KINDS.items():
            if not set(characters) - set(self.excluded_characters):
                raise refusal(
                    f"password.excluded_characters leaves no {kind}",
                    allowed="at least one each of lower-case letters, upper-case letters, digits and - . _ ~",
                    fix="exclude fewer characters",
                )
        left = len(set("".join(KINDS.values())) - set(self.excluded_characters))
        if left < FEWEST_CHARACTERS:
            raise refusal(
                f"password.excluded_characters leaves {left} characters",
                allowed=f"at least {FEWEST_CHARACTERS} of 66",
                fix="exclude fewer characters",
            )
        return self

    @property
    def excluded(self) -> str:
        """Every character that a password does not have, in a fixed order."""
        return UNSAFE + "".join(
            sorted(character for character in set(self.excluded_characters) if character not in UNSAFE)
        )
