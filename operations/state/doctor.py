"""Examine what keeps Terraform's states, and the states in it; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.aws import explained
from operations.state import backend_checks, kms_key, local_checks, locks, places, s3_bucket, times
from operations.state.clients import clients
from operations.state.findings import Finding, Thing
from operations.state.state_checks import Checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from environments.backend import Backend
    from operations.project import Project
    from operations.state.clients import Clients
    from operations.state.places import Place


def examine(
    project: Project, backend: Backend, *, system: str | None = None, environment: str | None = None
) -> list[Thing]:
    """Look at everything, or at the states of one system or environment only.

    Args:
        project: the checkout.
        backend: the backend that ``backend.tf`` describes.
        system: only its states.
        environment: only its states.

    Raises:
        Problem: no credentials, or no such states.
        Failed: AWS refused a call.
    """
    aws = clients(backend)
    with explained():
        things = backend_checks.check(aws, backend)
        objects = places.objects(aws.s3, backend.bucket)
        known = _known(aws, backend, objects)
        chosen = [
            place
            for place in known
            if system in {None, place.system} and environment in {None, place.environment}
        ]
        if not chosen and (system or environment):
            raise Problem(
                f"{backend.bucket} has no such state",
                given=", ".join(filter(None, (system, environment))),
                allowed=", ".join(map(str, known)) or "nothing is deployed",
                fix="correct the name",
            )
        checks = Checks(aws=aws, backend=backend, key=_key(aws, backend))
        things += map(checks.check, chosen)
        if not (system or environment):
            things += _lock_versions(aws, backend)
            things += _others(backend, objects)
            things += local_checks.check(project, backend, known)
    return things


def _known(aws: Clients, backend: Backend, objects: list[str]) -> list[Place]:
    """All states of the project: those that are there, and those of which the table has something."""
    prefix = f"{backend.bucket}/"
    named = {
        name.removeprefix(prefix).removesuffix(locks.DIGEST)
        for name in (
            *locks.items(aws.dynamodb, backend.dynamodb_table),
            *locks.locked(aws.dynamodb, backend, objects),
        )
        if name.startswith(prefix)
    }
    found = {places.place_of(backend, key) for key in (*objects, *named)}
    return sorted(place for place in found if place is not None)


def _key(aws: Clients, backend: Backend) -> str | None:
    try:
        return kms_key.check(aws.kms, backend.kms_key_id)
    except Problem:  # told of the key already
        return None


def _lock_versions(aws: Clients, backend: Backend) -> Iterator[Thing]:
    """Every run leaves the version of a lock file and its delete marker in a versioned bucket."""
    old = places.old_versions(aws.s3, backend.bucket, places.LOCK_FILE)
    if not old:
        return
    status = f"{len(old)} old versions, the first of {times.since(min(old))}"
    findings: tuple[Finding, ...] = ()
    if "lifecycle" in s3_bucket.lacking(aws.s3, backend.bucket, None):
        findings = (Finding(what="nothing removes them", fix="pipenv run holdfast bootstrap"),)
    yield Thing(name="lock files", status=status, findings=findings)


def _others(backend: Backend, objects: list[str]) -> Iterator[Thing]:
    """States in the bucket that ``backend.tf`` gives to nobody: its folder was changed, or they are others'."""
    others = [key for key in objects if key.endswith(places.STATE) and places.place_of(backend, key) is None]
    if others:
        yield Thing(
            name="other states",
            status=f"{len(others)} outside of {backend.key_prefix}/<environment>/<suffix>/",
            findings=(
                Finding(
                    what=f"not this project's, unless key was changed in backend.tf: {', '.join(others)}",
                ),
            ),
        )
