"""Measures a review of 2,000 resources, in every format: ``python -m tests.operations.review.bench``.

The plan is made of those that Terraform made, again and again under other names, until there are enough resources; about half
of them change.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
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


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Measure, print, and say by the exit code whether it is fast and small enough."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "plan.json"
        file.write_text(json.dumps(large_plan(RESOURCES)), encoding="utf-8")
        formats = [f"--{kind}={folder / kind}" for kind in ("markdown", "json", "sarif", "html")]
        command = [sys.executable, "-m", "operations", "review", str(file), *formats]
        # Time of the processor, not of the clock: the machine may have other work.
        times = []
        for _ in range(3):
            started = _processor_seconds()
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
            times.append(_processor_seconds() - started)
        size = file.stat().st_size / 1024**2
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    fastest = min(times)
    print(f"review of {RESOURCES:,} resources ({size:.1f} MiB of JSON), every format")
    print(f"  {fastest:.2f} s of the processor, the fastest of {len(times)} (at most {SECONDS:.0f} s)")
    print(f"  {memory:.0f} MiB (at most {MEBIBYTES} MiB)")
    return 0 if fastest <= SECONDS and memory <= MEBIBYTES else 1


if __name__ == "__main__":
    sys.exit(main())
