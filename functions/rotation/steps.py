"""The four steps of a rotation, each safe to repeat: what was done before is seen, and not done again.

The contract: "Lambda rotation functions" in the AWS Secrets Manager User Guide, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from .entry import Entry
from .errors import RotationError
from .secret import CURRENT, PENDING, Secret
from .strategy import Strategy


def run(step: str, secret: Secret, token: str, strategy: Strategy) -> str:
    """Perform one step.

    Args:
        step: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.
        secret: what is rotated.
        token: the version that this rotation makes.
        strategy: how the database gets the password.

    Returns:
        What was done, for the log.

    Raises:
        RotationError: the step is unknown, the version is not pending, or the step cannot be done.
    """
    perform = _STEPS.get(step)
    if perform is None:
        raise RotationError(f"unknown step {step!r}; allowed: {', '.join(_STEPS)}")
    stages = secret.stages.get(token)
    if stages is None:
        raise RotationError(f"it has no version {token}: Secrets Manager starts rotations, not this function")
    if CURRENT in stages:
        return f"nothing to do: the version is {CURRENT}"
    if PENDING not in stages:
        raise RotationError(f"its version {token} is not {PENDING}: another rotation has begun since")
    return perform(secret, token, strategy)


def create_secret(secret: Secret, token: str, strategy: Strategy) -> str:
    """Store a new password as the pending version."""
    current = secret.current()
    if secret.pending(token) is not None:
        return "the pending version has a value already"
    secret.put_pending(token, strategy.successor(current, secret.random_password()))
    return "stored a new password in the pending version"


def set_secret(secret: Secret, token: str, strategy: Strategy) -> str:
    """Give the database the pending password."""
    return strategy.apply(_pending(secret, token), secret.current(), secret.earlier(token))


def test_secret(secret: Secret, token: str, strategy: Strategy) -> str:
    """Use the pending password as a client would."""
    strategy.verify(_pending(secret, token))
    return "the pending password works"


def finish_secret(secret: Secret, token: str, strategy: Strategy) -> str:  # noqa: ARG001 - as the other steps
    """Make the pending version the current one."""
    _pending(secret, token)
    secret.promote(token)
    return f"the version is {CURRENT} now"


def _pending(secret: Secret, token: str) -> Entry:
    entry = secret.pending(token)
    if entry is None:
        raise RotationError(f"its {PENDING} version {token} has no value: createSecret has not been done")
    return entry


_STEPS: Mapping[str, Callable[[Secret, str, Strategy], str]] = MappingProxyType(
    {
        "createSecret": create_secret,
        "setSecret": set_secret,
        "testSecret": test_secret,
        "finishSecret": finish_secret,
    }
)
