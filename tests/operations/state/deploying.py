"""``holdfast deploy`` in a process of its own, stopped where it holds the locks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from operations import synth
from tests.operations.tiny import ROOT, STACK, Tiny

DEPLOY = f"""
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may run where it is ignored
sys.path.insert(0, {str(ROOT)!r})
from operations import app
from operations.project import Project
root = Path(sys.argv.pop(1))
app.Project = lambda: Project(root=root)
app.main()
"""


@contextmanager
def deploying(tiny: Tiny) -> Iterator[subprocess.Popen[str]]:
    """``holdfast deploy`` in a process of its own, at the point where it holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", DEPLOY, str(tiny.root), "deploy", STACK, "--auto-approve"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "Provisioning with 'local-exec'" in line:
                break
        else:
            raise AssertionError("".join(lines))
        yield process


def terraform(tiny: Tiny, *arguments: str) -> None:
    """Terraform as people run it, in the folder of the synthesized system."""
    done = subprocess.run(
        ["terraform", *arguments, "-input=false", "-no-color"],
        cwd=tiny.project.stack(STACK),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def leave_locks(tiny: Tiny) -> None:
    """Apply, and kill Terraform where it holds the locks."""
    synth.synthesize(tiny.project)
    terraform(tiny, "init")
    with subprocess.Popen(
        ["terraform", "apply", "-auto-approve", "-input=false", "-no-color"],
        cwd=tiny.project.stack(STACK),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert any("Provisioning with 'local-exec'" in line for line in process.stdout)
        process.kill()
