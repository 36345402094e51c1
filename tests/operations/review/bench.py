"""Measures a review of 2,000 resources, in every format: ``python -m tests.operations.review.bench``.

The plan is made of those that Terraform made, again and again under other names, until there are enough resources; about half
of them change.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.project import ROOT
from tests.fixtures.plans.make import FOLDER

RESOURCES = 2_000
SECONDS = 2.0
MEBIBYTES = 300
MADE_OF = (
    "database-replaced-by-engine",
    "secret-changed",
    "retention-cut",
    "policy-widened",
    "first-deployment",
    "destroyed",
)


def large_plan(count: int) -> dict[str, Any]:
    """A plan of at least ``count`` resources."""
    texts = [(FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in MADE_OF]
    whole: dict[str, Any] = json.loads(texts[0])
    changes: list[Any] = []
    configured: list[Any] = []
    planned: list[Any] = []
    prior: list[Any] = []
    number = 0
    while len(changes) < count:
        text = texts[number % len(texts)]
        number += 1
        for address in {change["address"] for change in json.loads(text)["resource_changes"]}:
            text = text.replace(address, f"{address}-{number}")
        part = json.loads(text.replace("planted-", f"planted-{number}-"))
        changes += part["resource_changes"]
        configured += part["configuration"]["root_module"].get("resources", [])
        planned += part["planned_values"]["root_module"].get("resources", [])
        prior += part.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])
    whole["resource_changes"] = changes
    whole["configuration"]["root_module"]["resources"] = configured
    whole["planned_values"]["root_module"]["resources"] = planned
    whole["prior_state"]["values"]["root_module"]["resources"] = prior
    return whole


BESIDE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, _, used = os.wait4(process.pid, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""A small process that measures another one. Linux counts as memory of a process what its parent had when it began."""


@dataclass(frozen=True)
class Measured:
    """What a review needed.

    Attributes:
        seconds: of the processor, not of the clock: the machine may have other work.
        mebibytes: of memory, at most.
    """

    seconds: float
    mebibytes: float


def measure(plan: Path, folder: Path) -> Measured:
    """Review a plan in a process of its own, in every format.

    Args:
        plan: the plan's JSON.
        folder: where the reports go.
    """
    formats = [f"--{kind}={folder / kind}" for kind in ("markdown", "json", "sarif", "html")]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    review = [sys.executable, "-m", "operations", "review", str(plan), *formats]
    done = subprocess.run(
        [sys.executable, "-c", BESIDE, *review], cwd=ROOT, env=environ, check=True, capture_output=True
    )
    seconds, kibibytes = done.stdout.split()
    return Measured(float(seconds), int(kibibytes) / 1024)


def main() -> int:
    """Measure, print, and say by the exit code whether it is fast and small enough."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "plan.json"
        file.write_text(json.dumps(large_plan(RESOURCES)), encoding="utf-8")
        measured = [measure(file, folder) for _ in range(3)]
        size = file.stat().st_size / 1024**2
    fastest = min(each.seconds for each in measured)
    memory = max(each.mebibytes for each in measured)
    print(f"review of {RESOURCES:,} resources ({size:.1f} MiB of JSON), every format")
    print(f"  {fastest:.2f} s of the processor, the fastest of {len(measured)} (at most {SECONDS:.0f} s)")
    print(f"  {memory:.0f} MiB (at most {MEBIBYTES} MiB)")
    return 0 if fastest <= SECONDS and memory <= MEBIBYTES else 1


if __name__ == "__main__":
    sys.exit(main())
