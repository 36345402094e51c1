"""Whether this checkout works on the states in the bucket: nothing left in files, no folder connected elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments import connection
from operations.state import places
from operations.state.findings import Finding, Thing
from operations.state.places import Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from environments.backend import Backend
    from operations.project import Project

_PARTS = 3


def check(project: Project, backend: Backend, known: Collection[Place]) -> list[Thing]:
    """Look at the files of the checkout.

    Args:
        project: the checkout.
        backend: the backend that ``backend.tf`` describes.
        known: the states in the bucket.
    """
    findings = [*_left_in_files(project, known), *_connected_elsewhere(project, backend)]
    status = "another state than that in the bucket" if findings else "works on the states in the bucket"
    return [Thing(name="this checkout", status=status, findings=tuple(findings))]


def _left_in_files(project: Project, known: Collection[Place]) -> Iterator[Finding]:
    """States from before there was a ``backend.tf``; ``main.py`` names them."""
    for path in sorted(project.root.glob(f"*{places.STATE}")):
        parts = path.stem.rsplit(".", _PARTS - 1)
        count = places.resources(path.read_bytes())
        if len(parts) != _PARTS or not count:
            continue
        environment, suffix, system = parts
        place = Place(environment=environment, suffix=suffix, system=system)
        if place in known:
            yield Finding(
                what=f"{path.name} with {count} resources is not used any more: {place} is in the bucket"
            )
        else:
            yield Finding(
                what=f"{path.name} holds {count} resources, and the bucket has no state of {place}: Terraform would "
                "create all of it again",
                fix=f"terraform -chdir={_folder(project, system)} init -migrate-state, after a synthesis for "
                f"{environment}",
            )


def _connected_elsewhere(project: Project, backend: Backend) -> Iterator[Finding]:
    for record in sorted(project.output.glob(f"stacks/*/{connection.RECORD}")):
        kind, settings = connection.recorded(record)
        where = "a file" if kind == "local" else str(settings.get("bucket"))
        if kind is None or (kind == "s3" and where == backend.bucket):
            continue
        folder = _folder(project, record.parents[1].name)
        yield Finding(
            what=f"Terraform in {folder} is connected to {where}, not to {backend.bucket}, and stops in init",
            fix=f"terraform -chdir={folder} init -migrate-state brings that state to the bucket; -reconfigure "
            "leaves it where it is",
        )


def _folder(project: Project, system: str) -> str:
    folder = project.output / "stacks" / system
    return str(folder.relative_to(project.root)) if folder.is_relative_to(project.root) else str(folder)
