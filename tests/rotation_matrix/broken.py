"""Faults of the function itself, which the matrix must show. Each is called in the function's process before its handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from functions.rotation import alternating_users, handler, postgres, secret, steps
from functions.rotation.entry import Entry
from functions.rotation.failures import AuthenticationError, RotationError


def forgets_versions_without_label() -> None:
    """As AWS's sample: a password that was set by a rotation that was given up is lost."""
    _in(secret.Secret)._without_label = lambda _self: iter(())


def rotates_the_login_of_clients() -> None:
    """Alternating users that do not alternate."""

    def successor(_self: object, current: Entry, password: str) -> Entry:
        return current.with_login(current.login.username, password)

    _in(alternating_users.AlternatingUsers).successor = successor


def never_promotes() -> None:
    """The last step says that it is done."""
    _in(secret.Secret).promote = lambda _self, _token: None


def trusts_an_old_rotation() -> None:
    """A delivery that comes late sets its password, whatever has happened since, and waits for nobody."""

    @contextmanager
    def transaction(self: Any, lock: str) -> Iterator[None]:
        yield

    def set_secret(self: Any) -> str:
        entries = self._pending(), self.secret.current(), self.secret.earlier(self.token)
        return str(self.strategy.apply(*entries, lambda: None))

    _in(postgres.Session).transaction = transaction
    _in(steps)._STEPS = {**steps._STEPS, "setSecret": set_secret}


def takes_everything_for_a_wrong_password() -> None:
    """Whatever the database says, or does not say."""
    _in(postgres).NetworkError = AuthenticationError


def keeps_failures_to_itself() -> None:
    """A step that failed seems to be done."""
    performed: Callable[..., str] = steps.Rotation.run

    def run(self: steps.Rotation, step: str) -> str:
        try:
            return performed(self, step)
        except RotationError:
            return "done"

    _in(steps.Rotation).run = run


def sends_passwords_in_clear() -> None:
    """The server's log has them then."""
    _in(postgres).scram_verifier = str


def logs_passwords() -> None:
    """The function's log has them then."""
    made: Callable[..., str] = secret.Secret.random_password

    def random_password(self: secret.Secret, *arguments: Any) -> str:
        password = made(self, *arguments)
        handler._LOG.info("made %s", password)
        return password

    _in(secret.Secret).random_password = random_password


def _in(place: Any) -> Any:
    """A module or class, for the type checker something that may be changed."""
    return place
