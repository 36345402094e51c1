"""Plain Terraform on a synthesized stack: plans that are saved, applied as saved, and real exit codes."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from operations import console, tools
from operations.failure import Failed
from operations.processes import stream, without_colours
from operations.state import lock_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHANGES = 2
"""Exit code of ``plan -detailed-exitcode`` when there is something to do."""

LOG_VARIABLES = ("TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER")


def warn_about_logging() -> None:
    """Warn, loudly, when Terraform's own logging is on: the provider then logs what it sends to AWS."""
    set_ = [name for name in LOG_VARIABLES if os.environ.get(name, "").upper() not in {"", "OFF"}]
    if set_:
        console.warn(
            f"{', '.join(set_)} is set: at DEBUG the AWS provider logs every request, "
            "the database's password among them (MasterUserPassword=...). Unset it unless you mean it."
        )


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """Terraform in the folder of one synthesized stack.

    Every method that runs Terraform raises `Failed` when it ends with an error.

    Attributes:
        folder: the folder of ``cdk.tf.json``.
        log: the file to which all output is added.
        show: called with every line of output; by default each is printed.
        environ: more environment variables.
    """

    folder: Path
    log: Path
    show: Callable[[str], None] | None = console.line
    environ: dict[str, str] | None = None

    def init(self) -> None:
        """Fetch the provider and connect the state."""
        self._run("init", "-input=false")

    def plan(self, out: Path, *arguments: str) -> bool:
        """Plan, and save the plan.

        Args:
            out: the file for the plan.
            arguments: more arguments, such as ``-destroy``.

        Returns:
            Whether there is anything to do.
        """
        out.parent.mkdir(parents=True, exist_ok=True)
        code = self._run(
            "plan", "-input=false", "-detailed-exitcode", f"-out={out}", *arguments, accepted=(0, _CHANGES)
        )
        return code == _CHANGES

    def apply(self, plan: Path) -> None:
        """Apply a saved plan, and nothing else."""
        self._run("apply", "-input=false", str(plan))

    def refresh(self) -> None:
        """Bring the state in line with what AWS answers, without changing anything.

        Right after an apply AWS answers many settings in another form than they were given; without this, a
        search for drift would report them all. Only the log has what Terraform prints: that these are changes
        outside of Terraform, and all outputs once more.
        """
        if self.show is not None:
            self.show("Refreshing the state")
        self._run("apply", "-refresh-only", "-auto-approve", "-input=false", quiet=True)

    def show_json(self, plan: Path | None = None) -> dict[str, Any]:
        """A saved plan, or the state, as Terraform's JSON."""
        return self._json("show", "-json", *([str(plan)] if plan else []))

    def show_text(self, plan: Path) -> str:
        """The JSON of a saved plan, as Terraform writes it."""
        return self._output("show", "-json", str(plan))

    def output_json(self) -> dict[str, Any]:
        """The outputs, each with ``value``, ``type`` and ``sensitive``."""
        return self._json("output", "-json")

    def state_list(self) -> list[str]:
        """The addresses of all that the state holds; none when there is no state."""
        code, text, errors = self._capture("state", "list")
        if code != 0 and "No state file was found" not in errors:
            raise Failed("terraform state list failed", output=errors, log=self.log)
        return text.split() if code == 0 else []

    def _run(self, *arguments: str, accepted: tuple[int, ...] = (0,), quiet: bool = False) -> int:
        subcommand, *rest = arguments
        code, output = stream(
            [tools.terraform(), subcommand, "-no-color", *rest],
            cwd=self.folder,
            environ=self._environ(),
            log=self.log,
            show=None if quiet else self.show,
        )
        if code not in accepted:
            if locked := lock_error.explain(output, self.folder):
                raise Failed(locked, log=self.log)
            raise Failed(f"terraform {subcommand} failed (exit code {code})", output=output, log=self.log)
        return code

    def _capture(self, *arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [tools.terraform(), *arguments],
            cwd=self.folder,
            env=self._environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout, without_colours(done.stderr)

    def _json(self, *arguments: str) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self._output(*arguments))
        return parsed

    def _output(self, *arguments: str) -> str:
        code, text, errors = self._capture(*arguments)
        if code != 0:
            raise Failed(f"terraform {arguments[0]} failed (exit code {code})", output=errors, log=self.log)
        return text

    def _environ(self) -> dict[str, str]:
        return {**os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", **(self.environ or {})}
