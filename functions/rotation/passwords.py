"""New passwords: what they are made of, and what PostgreSQL gets to see of them."""

from __future__ import annotations

import string
from base64 import b64encode
from dataclasses import dataclass

from scramp import ScramException, ScramMechanism  # type: ignore[import-untyped]
from scramp.utils import saslprep  # type: ignore[import-untyped]

from .failures import ConfigurationError, SecretError

LENGTHS = range(16, 129)
"""16 characters of the 66 that stay by default are 96 bits, out of reach for a search through SCRAM verifiers;
128 is the longest master password that RDS for PostgreSQL takes
(source: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, MasterUserPassword)."""

EXCLUDED_CHARACTERS = "".join(character for character in string.punctuation if character not in "-._~")
"""What stays is unreserved in URLs (RFC 3986, 2.3). It needs no escape in a URL, a libpq connection string, a shell
or SQL, and has none of the characters that RDS refuses in a master password: slash, at, quotes and space."""

REFUSED_BY_RDS = "/@\"'"
"""In a master password, beside the space (source: CreateDBInstance, MasterUserPassword). Whatever else is excluded: Terraform
may hand the password to RDS again."""

LEAST_ALPHABET = 32
"""Different characters that must stay: 5 bits each, so that the shortest password has 80 bits."""

_CHARACTERS = string.ascii_letters + string.digits + string.punctuation
"""What Secrets Manager makes passwords of (source: GetRandomPassword, without ``IncludeSpace``)."""


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """How new passwords look.

    Args:
        length: characters, 16 to 128.
        excluded: ASCII characters that must not be in one, beside those that RDS refuses; 32 others must stay, and one
            lower-case letter, upper-case letter and digit, as Secrets Manager puts one of each into every password.

    Raises:
        ConfigurationError: the length or what stays is out of these bounds.
    """

    length: int = 32
    excluded: str = EXCLUDED_CHARACTERS

    def __post_init__(self) -> None:
        if self.length not in LENGTHS:
            raise ConfigurationError(
                f"the function's PASSWORD_LENGTH is {self.length}; allowed: {LENGTHS[0]} to {LENGTHS[-1]}"
            )
        stays = self._stays
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        if len(stays) < LEAST_ALPHABET or not all(stays & set(kind) for kind in kinds):
            raise ConfigurationError(
                f"the function's PASSWORD_EXCLUDED_CHARACTERS leaves {len(stays)} characters; allowed: what leaves "
                f"{LEAST_ALPHABET} or more, with a lower-case letter, an upper-case letter and a digit"
            )

    @property
    def all_excluded(self) -> str:
        """Every character that Secrets Manager must leave out."""
        return "".join(sorted(set(_CHARACTERS) - self._stays))

    @property
    def without_punctuation(self) -> bool:
        """Whether no punctuation character is left to choose from."""
        return self._stays.isdisjoint(string.punctuation)

    def allows(self, password: str) -> bool:
        """Whether a password is as it must be."""
        return len(password) == self.length and set(password) <= self._stays

    @property
    def _stays(self) -> set[str]:
        return set(_CHARACTERS).difference(self.excluded, REFUSED_BY_RDS)


def require_usable(password: str) -> None:
    """Tell when a password cannot be used to log in.

    Raises:
        SecretError: it has characters that SCRAM prohibits (RFC 4013).
    """
    try:
        saslprep(password)
    except ScramException:
        # Not chained: the error may quote the character.
        raise SecretError("the password has characters that SCRAM prohibits (RFC 4013)") from None


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password: ``SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>``.

    Source: https://www.postgresql.org/docs/15/catalog-pg-authid.html; 4096 iterations as the server's own.

    Raises:
        SecretError: it cannot be used to log in.
    """
    require_usable(password)
    salt, stored_key, server_key, iterations = ScramMechanism().make_auth_info(password)
    encoded = [b64encode(part).decode("ascii") for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"
