"""Takes each protection out of a synthesized system, one at a time: some rule must notice.

``python -m tests.compliance.mutants``: mutates the regulated systems, and prints what survives.
What a protection is, comes from the tables of the review; that is written apart from the rules.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations.compliance import configuration, packs
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict
from operations.plans.lookup import found
from operations.review import tables

ROOT = Path(__file__).parents[2]
STACKS = ("citizen-data", "database-ha")
Document = dict[str, Any]
GONE = object()
NO_PROTECTION = {
    ("aws_cloudwatch_composite_alarm", "alarm_rule"): "Terraform demands it",
    ("aws_db_event_subscription", "event_categories"): "none of them is all of them",
    ("aws_backup_plan", "rule.schedule"): "without one AWS Backup runs daily",
}
"""What the review calls a change for the worse, and what is not the loss of a protection; and why."""

PROTECTS_BY_DEFAULT = {("aws_cloudwatch_event_rule", "state"): "a rule is on unless it says otherwise"}
"""What protects as well when it is not written; and why."""

_EVERYTHING = {
    "ip_protocol": "-1",
    "cidr_ipv4": "0.0.0.0/0",
    "from_port": None,
    "to_port": None,
    "referenced_security_group_id": None,
}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A system with one protection less.

    Attributes:
        address: the resource that is changed.
        what: what is done to it.
        make: changes the document.
    """

    address: str
    what: str
    make: Callable[[Document], None]

    def of(self, document: Document) -> Document:
        mutated = copy.deepcopy(document)
        self.make(mutated)
        return mutated


def mutants(document: Document) -> Iterator[Mutant]:
    """Every way to take one protection out of a system."""
    for type_, named in document["resource"].items():
        for name, block in named.items():
            yield from _removed(type_, name)
            yield from _weakened(type_, name, block)
            yield from _policies(type_, name, block)
            if type_ == "aws_vpc_security_group_ingress_rule":
                yield _changed(type_, name, "opened to the whole internet", _EVERYTHING)
            if type_ == "aws_db_parameter_group":
                yield from _parameters(type_, name, block)


def failures(document: Document) -> set[tuple[str, str]]:
    """What does not pass, by check and address."""
    graph = configuration.graph(document, name="mutant", source="mutant")
    ours = {rule.check for name in packs.names() for rule in packs.load(name).rules if rule.check}
    return {
        (name, finding.address)
        for name, check in checks().items()
        if name in ours
        for finding in check(graph)
        if finding.verdict in {Verdict.FAIL, Verdict.NEEDS_RUNTIME}
    }


def survivors(document: Document) -> tuple[int, list[Mutant]]:
    """How many mutants there are, and which no rule notices."""
    before = failures(document)
    every = list(mutants(document))
    return len(every), [mutant for mutant in every if not failures(mutant.of(document)) - before]


def synthesized(environment: str, folder: Path) -> dict[str, Document]:
    """The Terraform JSON of each system, by name."""
    environ = {**os.environ, "HOLDFAST_ENVIRONMENT": environment, "CDKTF_OUTDIR": str(folder)}
    subprocess.run([sys.executable, "main.py"], cwd=ROOT, env=environ, check=True)
    return {
        stack: json.loads((folder / "stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8"))
        for stack in STACKS
    }


def _removed(type_: str, name: str) -> Iterator[Mutant]:
    if type_ in tables.guards():

        def make(document: Document) -> None:
            del document["resource"][type_][name]

        yield Mutant(address=f"{type_}.{name}", what=f"removed: {tables.guards()[type_]}", make=make)


def _weakened(type_: str, name: str, block: Document) -> Iterator[Mutant]:
    for protection in tables.protections(type_):
        path = protection.attribute
        values = found(block, path)
        if all(value is None for value in values) or (type_, ".".join(path)) in NO_PROTECTION:
            continue
        for weaker in _weaker(values[0]):
            if weaker is GONE and (type_, ".".join(path)) in PROTECTS_BY_DEFAULT:
                continue
            after = [None if weaker is GONE else weaker, *values[1:]]
            if protection.protects.weaker(values, after):
                told = "gone" if weaker is GONE else json.dumps(weaker)
                yield Mutant(
                    address=f"{type_}.{name}",
                    what=f"{'.'.join(path)} {told}: {protection.weaker}",
                    make=_at(type_, name, path, weaker),
                )
                break


def _weaker(value: Any) -> Iterator[Any]:
    """Values that may protect less, the farthest first."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (0, 1_000_000)
    elif isinstance(value, list):
        yield []
    yield GONE
    if isinstance(value, str):
        yield from ("none", "NONE", "DISABLED", "PassThrough")


def _at(type_: str, name: str, path: tuple[str, ...], value: Any) -> Callable[[Document], None]:
    def make(document: Document) -> None:
        place = document["resource"][type_][name]
        for step in path[:-1]:
            place = place[step]
            place = place[0] if isinstance(place, list) else place
        if value is GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return make


def _changed(type_: str, name: str, what: str, values: Document) -> Mutant:
    def make(document: Document) -> None:
        document["resource"][type_][name].update(values)

    return Mutant(address=f"{type_}.{name}", what=what, make=make)


def _parameters(type_: str, name: str, block: Document) -> Iterator[Mutant]:
    for index, parameter in enumerate(block["parameter"]):
        protection = tables.parameters().get(parameter["name"])
        if protection is None:
            continue
        for weaker in ("0", "off", "none", "md5", ""):
            if protection.protects.weaker([parameter["value"]], [weaker]):
                yield Mutant(
                    address=f"{type_}.{name}",
                    what=f"{parameter['name']} {weaker!r}: {protection.weaker}",
                    make=_parameter(type_, name, index, weaker),
                )
                break


def _parameter(type_: str, name: str, index: int, value: str) -> Callable[[Document], None]:
    def make(document: Document) -> None:
        document["resource"][type_][name]["parameter"][index]["value"] = value

    return make


def _policies(type_: str, name: str, block: Document) -> Iterator[Mutant]:
    """A document without one of its denials, and with one of its permissions widened."""
    for attribute, text in block.items():
        if not isinstance(text, str) or not text.startswith('{"Version"'):
            continue
        document: Document = json.loads(text)
        for index, statement in enumerate(document["Statement"]):
            sid = statement.get("Sid", index)
            if statement["Effect"] == "Deny":
                rest = [other for other in document["Statement"] if other is not statement]
                yield _rewritten(type_, name, attribute, document, rest, f"without {sid}")
                continue
            for what, change in _wider(statement):
                wider = [{**one, **change} if one is statement else one for one in document["Statement"]]
                yield _rewritten(type_, name, attribute, document, wider, f"{sid} {what}")


def _wider(statement: Document) -> Iterator[tuple[str, Document]]:
    if "Principal" in statement:
        yield "for everyone", {"Principal": {"AWS": "*"}, "Condition": {}}
    else:
        yield "allows everything", {"Action": "*"}
        if statement.get("Resource") != "*":
            yield "on everything", {"Resource": "*"}


def _rewritten(
    type_: str, name: str, attribute: str, document: Any, statements: list[Any], what: str
) -> Mutant:
    text = json.dumps({**document, "Statement": statements})
    return _changed(type_, name, f"{attribute} {what}", {attribute: text})


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        documents = synthesized("prod", Path(folder))
    every: list[Mutant] = []
    for stack, document in documents.items():
        started = time.monotonic()
        count, left = survivors(document)
        for mutant in left:
            print(f"survives: {mutant.address}: {mutant.what}")
        seconds = time.monotonic() - started
        today = datetime.now(UTC).date()
        print(f"{today}: {count} mutants of {stack} (prod), {len(left)} survive, {seconds:.0f} s")
        every.extend(left)
    return 1 if every else 0


if __name__ == "__main__":
    sys.exit(main())
