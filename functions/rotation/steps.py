"""The four steps of a rotation, each safe to repeat: what was done before is seen, and not done again.

The contract: "Lambda rotation functions" in the AWS Secrets Manager User Guide, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .entry import Entry
from .failures import AuthenticationError, RotationError, SecretError
from .passwords import PasswordPolicy
from .secret import CURRENT, PENDING, Secret
from .strategy import Strategy

FINISH = "finishSecret"


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """One rotation of a secret.

    Args:
        secret: what is rotated.
        token: the version that this rotation makes.
        strategy: how the database gets the password.
        passwords: how a new one looks.
    """

    secret: Secret
    token: str
    strategy: Strategy
    passwords: PasswordPolicy

    def run(self, step: str) -> str:
        """Perform one step.

        Args:
            step: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.

        Returns:
            What was done, for the log.

        Raises:
            RotationError: the step is unknown, the version is not pending, or the step cannot be done.
        """
        perform = _STEPS.get(step)
        if perform is None:
            raise RotationError(f"unknown step {step!r}; allowed: {', '.join(_STEPS)}")
        try:
            self._require_pending(self.secret.stages)
            return perform(self)
        except _FinishedError:
            return f"nothing to do: the version is {CURRENT}"

    def create_secret(self) -> str:
        """Store a new password as the pending version."""
        current = self.secret.current()
        try:
            pending = self.secret.pending(self.token)
            if pending is not None:
                self.strategy.check(pending, current)
                return "the pending version has a value already"
        except SecretError as error:
            # It can never be set. As long as it has the label, Secrets Manager begins no other rotation.
            self.secret.discard(self.token)
            raise SecretError(f"{error}; it is not {PENDING} any more: rotate again") from error
        password = self.secret.random_password(self.passwords)
        if self.secret.put_pending(self.token, self.strategy.successor(current, password)):
            return "stored a new password in the pending version"
        return "another delivery has stored a new password in the pending version"

    def set_secret(self) -> str:
        """Give the database the pending password."""
        return self.strategy.apply(
            self._pending(),
            self.secret.current(),
            self.secret.earlier(self.token),
            lambda: self._require_pending(self.secret.stages_now()),
        )

    def test_secret(self) -> str:
        """Use the pending password as a client would."""
        pending, current = self._pending(), self.secret.current()
        if pending.login == current.login:  # no rotation has begun, only its configuration is tested
            self.strategy.rehearse(current)
            return "a rotation could begin"
        self.strategy.verify(pending)
        return "the pending password works"

    def finish_secret(self) -> str:
        """Make the pending version the current one, unless the database refuses it."""
        pending = self._pending()
        note = ""
        try:
            self.strategy.verify(pending)
        except AuthenticationError:
            raise
        except RotationError as error:
            # No answer is no refusal: testSecret has had one, and with a single user clients wait for this version.
            note = f"; it could not be tried again ({error})"
        self.secret.promote(self.token)
        return f"the version is {CURRENT} now{note}"

    def _pending(self) -> Entry:
        entry = self.secret.pending(self.token)
        if entry is None:
            raise RotationError(
                f"its {PENDING} version {self.token} has no value: createSecret has not been done"
            )
        return entry

    def _require_pending(self, stages: Mapping[str, list[str]]) -> None:
        labels = stages.get(self.token)
        if labels is None:
            raise RotationError(
                f"it has no version {self.token} with a label: another rotation has begun since, or none has begun "
                "(Secrets Manager starts rotations, not this function)"
            )
        if CURRENT in labels:
            raise _FinishedError(f"the version is {CURRENT}")
        if PENDING not in labels:
            raise RotationError(
                f"its version {self.token} is not {PENDING}: another rotation has begun since"
            )


class _FinishedError(RotationError):
    """This rotation is over, by this delivery or another."""


_STEPS: Mapping[str, Callable[[Rotation], str]] = MappingProxyType(
    {
        "createSecret": Rotation.create_secret,
        "setSecret": Rotation.set_secret,
        "testSecret": Rotation.test_secret,
        FINISH: Rotation.finish_secret,
    }
)
