"""Refuses a synthesis that has lost the address of what holds data: the next apply would destroy it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from environments import manifest, renames
from environments.manifest import Entry
from environments.problem import Problem
from environments.stateful import stateful
from environments.systems import SYSTEMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

_BELOW = "\n           "
_MANIFEST = "pipenv run holdfast manifest"


@dataclass(frozen=True, kw_only=True)
class System:
    """What the guard looks at in a system's Terraform JSON.

    Attributes:
        name: the system's name.
        paths: the construct paths of its resources, by address.
        moves: where what is moved goes, by the address where it was.
    """

    name: str
    paths: Mapping[str, str]
    moves: Mapping[str, str]

    @classmethod
    def of(cls, name: str, document: Mapping[str, Any]) -> System:
        """Read the Terraform JSON of a system."""
        return cls(
            name=name,
            paths={
                f"{type_}.{label}": _path(name, label, block)
                for type_, blocks in document.get("resource", {}).items()
                for label, block in blocks.items()
            },
            moves={move["from"]: move["to"] for move in document.get("moved", [])},
        )

    @property
    def stateful(self) -> list[Entry]:
        """What holds data."""
        return [
            Entry(system=self.name, address=address, path=path)
            for address, path in self.paths.items()
            if address.partition(".")[0] in stateful()
        ]

    def has(self, address: str) -> bool:
        """Whether Terraform finds a resource here that its state has at an address, perhaps after moves."""
        seen: set[str] = set()
        while address not in self.paths:
            if address in seen or address not in self.moves:
                return False
            seen.add(address)
            address = self.moves[address]
        return True


def synthesized(folder: Path) -> list[System]:
    """The systems of the last synthesis.

    Args:
        folder: where it wrote, with cdktf's ``manifest.json``.
    """
    stacks = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["stacks"]
    return [
        System.of(name, json.loads((folder / stack["synthesizedStackPath"]).read_text(encoding="utf-8")))
        for name, stack in stacks.items()
    ]


def unrecorded(systems: Iterable[System], recorded: Iterable[Entry]) -> list[Entry]:
    """What holds data and is not in the manifest."""
    known = {(entry.system, entry.address) for entry in recorded}
    return [
        entry for system in systems for entry in system.stateful if (entry.system, entry.address) not in known
    ]


def moving(systems: Iterable[System], recorded: Iterable[Entry]) -> list[Entry]:
    """What the manifest has at an address that is kept by a move."""
    by_name = {system.name: system for system in systems}
    return [
        entry
        for entry in recorded
        if entry.system in by_name and entry.address not in by_name[entry.system].paths
    ]


def check(folder: Path, environment: str, recorded: Collection[Entry]) -> str | None:
    """Make sure that nothing is lost that the environment's manifest names.

    Args:
        folder: where the synthesis wrote.
        environment: name of the environment.
        recorded: what its manifest names.

    Returns:
        What to tell when something is not in the manifest yet, so that nothing guards it.

    Raises:
        Problem: something is lost; the Terraform JSON is then removed, so that nobody plans with it.
    """
    systems = synthesized(folder)
    try:
        refuse_losses(systems, recorded, environment)
    except Problem:
        for system in systems:
            (folder / "stacks" / system.name / "cdk.tf.json").unlink(missing_ok=True)
        raise
    new = unrecorded(systems, recorded)
    if not new:
        return None
    return (
        f"{manifest.shown(manifest.file(environment))} does not name {_counted(len(new))} yet, "
        f"so nothing guards their addresses: {_MANIFEST} update"
    )


def refuse_losses(systems: Iterable[System], recorded: Collection[Entry], environment: str) -> None:
    """Make sure that every entry of a manifest is in its system, or is moved to where it is.

    Raises:
        Problem: with what is lost, the move that keeps it, and the command that lets it go.
    """
    by_name = {system.name: system for system in systems}
    lost = [
        entry
        for entry in recorded
        if entry.system not in by_name or not by_name[entry.system].has(entry.address)
    ]
    if not lost:
        return
    gone = sorted({entry.system for entry in lost} - by_name.keys())
    width = max(len(entry.address) for entry in lost)
    raise Problem(
        f"what holds data is lost in {environment}: the next apply would destroy it",
        given=_BELOW.join(
            f"{entry.system}  {entry.address:<{width}}  {stateful().get(entry.type, 'resource')}"
            for entry in lost
        ),
        allowed=f"all that {manifest.shown(manifest.file(environment))} names, at its address or moved from it",
        fix=_BELOW.join(
            [
                *_how_to_keep(by_name, lost, unrecorded(by_name.values(), recorded)),
                *(
                    f"{name} as a whole is no longer synthesized: {_where(name, environment)}"
                    for name in gone
                ),
                "or, when its data may go, say so:",
                *_how_to_let_go(lost, gone, environment),
            ]
        ),
    )


def _how_to_keep(systems: Mapping[str, System], lost: list[Entry], new: list[Entry]) -> list[str]:
    found = renames.probable([entry for entry in lost if entry.system in systems], new)
    lines = []
    for name in sorted({rename.old.system for rename in found}):
        ours = [rename for rename in found if rename.old.system == name]
        calls = dict.fromkeys(rename.call(systems[name].paths.values()) for rename in ours)
        lines += [
            f"if it was renamed, move it: at the end of the constructor of {name}, with modules.aws.moves,",
            *(f"  {call}" for call in calls),
            "which calls, on the construct of each resource below it,",
            *(f"  {rename.new.path}: {rename.own_call}" for rename in ours),
        ]
    kept = {rename.old for rename in found}
    lines += [
        f"nothing new could be {entry.address}: bring back {entry.path}"
        for entry in lost
        if entry not in kept and entry.system in systems
    ]
    return lines


def _how_to_let_go(lost: list[Entry], gone: list[str], environment: str) -> list[str]:
    return [
        *(f"  {_MANIFEST} remove {name} --environment {environment}" for name in gone),
        *(
            f"  {_MANIFEST} remove {entry.system} {entry.address} --environment {environment}"
            for entry in lost
            if entry.system not in gone
        ),
    ]


def _where(system: str, environment: str) -> str:
    """What brings a system back."""
    blocks = {known.name: known.block for known in SYSTEMS}
    if system not in blocks:
        return "name it in environments/systems.py again"
    return f"bring its block {blocks[system]} back into environments/{environment}.tfvars"


def _path(system: str, label: str, block: Mapping[str, Any]) -> str:
    """The construct's path below its system; a block that an override made has none."""
    path = str(block.get("//", {}).get("metadata", {}).get("path", label))
    return path.removeprefix(f"{system}/")


def _counted(number: int) -> str:
    return f"{number} resource that holds data" if number == 1 else f"{number} resources that hold data"
