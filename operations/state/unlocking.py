"""Release the lock of a run that is over: shown first, and only as it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.problem import Problem
from operations import console
from operations.aws import explained
from operations.state import locks, places, times
from operations.state.clients import Clients, clients

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from environments.backend import Backend
    from operations.state.locks import Lock
    from operations.state.places import Place

_WIDTH = 10
_PLACES = {"table": "table", "file": "lock file"}


def unlock(backend: Backend, place: Place, *, lock_id: str | None, approve: Callable[[str], bool]) -> bool:
    """Show who holds the locks of a state, ask, and release them.

    Args:
        backend: where the states are.
        place: what the state is of.
        lock_id: the only lock that may be released; None for those that are there.
        approve: asked, with the question, after the locks were shown.

    Returns:
        Whether the state is unlocked; False when that was not approved.

    Raises:
        Problem: there is no such state, or other runs hold its locks than the one that was named.
        Failed: another run has taken the lock since it was shown.
    """
    aws = clients(backend)
    key = place.key(backend)
    with explained():
        found = locks.held(aws, backend, key)
        if not found:
            _check_exists(aws, backend, place)
            console.line(f"{place} is not locked.")
            return True
        meant = [lock for lock in found if lock_id in {None, lock.id}]
        if not meant:
            raise Problem(
                f"another run holds the lock of {place}",
                given=lock_id,
                allowed=", ".join(dict.fromkeys(lock.id for lock in found)),
                fix="look again who holds it, without --lock-id",
            )
    _show(backend, place, meant)
    if not approve("Is that run over for good? Release its lock?"):
        return False
    with explained():
        # The table before the file: Terraform takes the file first, and finds nothing half released.
        for lock in meant:
            locks.release(aws, backend, lock)
            console.item(_PLACES[lock.place], "released", width=_WIDTH)
    others = ", ".join(dict.fromkeys(lock.id for lock in found if lock not in meant))
    if others:
        console.line(f"{place} is still locked, by {others}.")
    return True


def _show(backend: Backend, place: Place, found: Sequence[Lock]) -> None:
    for lock_id in dict.fromkeys(lock.id for lock in found):
        of_one_run = [lock for lock in found if lock.id == lock_id]
        lock = of_one_run[0]
        console.title(f"{place} is locked")
        for name, what in (
            ("state", f"{backend.bucket}/{lock.key}"),
            ("who", lock.who),
            ("since", times.since(lock.created)),
            ("operation", lock.operation),
            ("id", lock.id),
            ("in", " and ".join(_PLACES[other.place] for other in of_one_run)),
        ):
            console.item(name, what, width=_WIDTH)
        if len(of_one_run) == 1:
            console.line(
                "  A run of Terraform as it is configured here has both locks. This one is half of a run that"
            )
            console.line("  broke off, or of a client that takes one of the two only.")


def _check_exists(aws: Clients, backend: Backend, place: Place) -> None:
    """A misspelt name must not look like a state without a lock."""
    known = places.objects(aws.s3, backend.bucket)
    if place.key(backend) in known:
        return
    others = [str(other) for key in known if (other := places.place_of(backend, key)) is not None]
    raise Problem(
        f"{backend.bucket} has no state of {place}, and no lock of one",
        given=place.key(backend),
        allowed=", ".join(sorted(others)) or "nothing is deployed",
        fix="correct the name, --environment or ENVIRONMENT_SUFFIX",
    )
