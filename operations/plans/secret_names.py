"""Which names say that a value is a secret: ``DB_PASSWORD``, ``secretString``, but not ``secret_arn``."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SECRETS = (
    "authorization",
    "credential",
    "dsn",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "token",
    "apikey",
)
"""Words that stand for a secret, also at the end of another word: ``PGPASSWORD``."""

_WHOLE_WORDS = frozenset({"pass", "pin", "otp", "psk"})

_PHRASES = (
    ("access", "key"),
    ("account", "key"),
    ("api", "key"),
    ("auth", "key"),
    ("connection", "string"),
    ("connection", "url"),
    ("database", "uri"),
    ("database", "url"),
    ("db", "uri"),
    ("db", "url"),
    ("license", "key"),
    ("preshared", "key"),
    ("private", "key"),
    ("secret", "key"),
    ("service", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("user", "data"),
)
"""Words that stand for a secret together. A script for an instance (``user_data``) often has one in it."""

_ABOUT_A_SECRET = frozenset(
    (
        "age",
        "alarm",
        "arn",
        "arns",
        "count",
        "days",
        "duration",
        "description",
        "enabled",
        "endpoint",
        "expiration",
        "expiry",
        "format",
        "hours",
        "id",
        "identifier",
        "ids",
        "label",
        "length",
        "lifetime",
        "manager",
        "minutes",
        "name",
        "names",
        "option",
        "options",
        "path",
        "period",
        "policy",
        "region",
        "required",
        "rotation",
        "rule",
        "seconds",
        "stage",
        "stages",
        "status",
        "strategy",
        "suffix",
        "ttl",
        "type",
        "unit",
        "units",
        "validity",
        "version",
        "versions",
        "window",
    )
)
"""A name that ends with one of these tells of a secret, and is none: ``secret_arn``, ``password_length``."""


@lru_cache(maxsize=10_000)
def is_secret(name: str) -> bool:
    """Whether a value of this name must not be shown."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    return any(_stands_for_a_secret(word) for word in words) or any(
        pair in _PHRASES for pair in pairwise(words)
    )


def _stands_for_a_secret(word: str) -> bool:
    return word in _WHOLE_WORDS or word.removesuffix("s").endswith(_SECRETS)
