"""``holdfast manifest``: the addresses of what holds data, which synthesis refuses to lose."""

from __future__ import annotations

import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from environments import guard, manifest, selection
from environments.problem import Problem
from operations import console, synth
from operations.failure import EXIT_CODES
from operations.options import OneEnvironment, Stack
from operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from environments.guard import System
    from environments.manifest import Entry

app = typer.Typer(
    no_args_is_help=True,
    help="The recorded addresses of what holds data, which synthesis refuses to lose.",
    epilog=EXIT_CODES,
)


@app.command(epilog=EXIT_CODES)
def update(environment: OneEnvironment = None) -> None:
    """Add the addresses of new databases, keys, buckets, ... to environments/<name>.manifest. Removes none."""
    project = Project()
    found = {name: _synthesized(project, name) for name in _environments(project, environment)}
    for name, systems in found.items():
        path = manifest.file(name, _folder(project))
        recorded = manifest.read(path)
        new = guard.unrecorded(systems, recorded)
        entries = manifest.merged(recorded, [entry for system in systems for entry in system.stateful])
        if new or not path.is_file():
            manifest.write(path, entries)
        console.item(
            manifest.shown(path), f"{len(entries)} addresses, {len(new)} of them new" if new else "up to date"
        )
        _tell_of_moves(guard.moving(systems, recorded), name)


@app.command(
    epilog="Exit code 1: synthesis failed. Exit code 2: something is lost or not recorded; bad input."
)
def check(environment: OneEnvironment = None) -> None:
    """Check, for pull requests, that the manifests name everything that holds data, and that nothing is lost."""
    project = Project()
    for name in _environments(project, environment):
        path = manifest.file(name, _folder(project))
        recorded = manifest.read(path)
        new = guard.unrecorded(_synthesized(project, name), recorded)
        if new:
            raise Problem(
                f"{manifest.shown(path)} does not name all that holds data",
                given="not there: " + _listed(f"{entry.system} {entry.address}" for entry in new),
                fix="pipenv run holdfast manifest update, and commit what it writes",
            )
        console.item(manifest.shown(path), f"{len(recorded)} addresses, all there")


@app.command(epilog=EXIT_CODES)
def remove(
    stack: Stack,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(help="Addresses in its state. Default: all of the system's.", show_default=False),
    ] = None,
    environment: OneEnvironment = None,
) -> None:
    """Remove addresses from the manifests: their data may be destroyed, or every state has been moved."""
    project = Project()
    wanted = set(addresses or ())
    kept: dict[Path, list[Entry]] = {}
    removed: dict[Path, list[str]] = {}
    known: set[str] = set()
    for name in _environments(project, environment):
        path = manifest.file(name, _folder(project))
        recorded = manifest.read(path)
        ours = {entry.address for entry in recorded if entry.system == stack}
        going = ours & wanted if addresses else ours
        known |= ours
        kept[path] = [entry for entry in recorded if entry.system != stack or entry.address not in going]
        removed[path] = sorted(going)
    _check_known(stack, wanted, known)
    for path, entries in kept.items():
        if removed[path]:
            manifest.write(path, entries)
            console.item(manifest.shown(path), f"without {_listed(removed[path])}")


def _check_known(stack: str, wanted: set[str], known: set[str]) -> None:
    if not known:
        raise Problem(
            "the manifests name nothing of this system", given=stack, fix="correct the name, or --environment"
        )
    for address in sorted(wanted - known):
        close = get_close_matches(address, known, n=1)
        raise Problem(
            f"the manifests do not name this address of {stack}",
            given=address,
            allowed=_listed(known),
            fix=f"write {close[0]}" if close else "copy it from the manifest",
        )


def _tell_of_moves(moving: list[Entry], environment: str) -> None:
    for entry in moving:
        console.line(
            f"    {entry.address} has moved. Once every state has been applied, take out its move, and"
        )
        console.line(
            f"    pipenv run holdfast manifest remove {entry.system} {entry.address} --environment {environment}"
        )


def _synthesized(project: Project, environment: str) -> list[System]:
    """The systems of an environment, synthesized beside the project: its output stays what it is."""
    with tempfile.TemporaryDirectory() as folder:
        synth.synthesize(project, environment=environment, out=Path(folder))
        return guard.synthesized(Path(folder))


def _environments(project: Project, chosen: str | None) -> list[str]:
    if chosen is None:
        return selection.names(_folder(project))
    selection.file(chosen, _folder(project))
    return [chosen]


def _folder(project: Project) -> Path:
    return project.root / selection.FOLDER.name


def _listed(addresses: Iterable[str]) -> str:
    return "\n           ".join(sorted(addresses))
