"""``holdfast demo``: citizen-data deployed from nothing into the local AWS, and removed again."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from environments import backend
from localcloud import lifecycle, postgres_machine
from operations import (
    console,
    deployed,
    deployment,
    local,
    logins,
    outputs,
    rotate,
    secret_entry,
    synth,
    terraform_cli,
    tools,
)
from operations.failure import Failed
from operations.phases import Phases
from operations.processes import stream
from operations.progress import Progress
from operations.state import creation, removal
from operations.terraform import warn_about_logging

if TYPE_CHECKING:
    from operations.project import Project

STACK = "citizen-data"
INSTALL_VARIABLE = "HOLDFAST_INSTALL_SECONDS"
"""How long the installation before this command took, in seconds; ``make demo`` sets it."""

BUCKET = "holdfast-state-local"
MARK = "# Written by `holdfast demo` for the local AWS; `make destroy` removes it.\n"


def run(project: Project) -> None:
    """Deploy, prove that a second plan is empty, and rotate; finish what an earlier run left, change nothing twice.

    Raises:
        Problem: a tool is missing, or an input is not valid.
        Failed: a phase failed; the next run goes on from there.
    """
    phases = Phases(total=9)
    installed = float(os.environ.get(INSTALL_VARIABLE) or 0)
    if installed:
        phases.times.append(("Installation", installed))
    with phases.phase("Tools"):
        tools.check()
        warn_about_logging()
        console.item("providers", terraform_cli.choose(project).reason, width=12)
    with phases.phase("Local AWS"):
        with local.explained():
            status = lifecycle.up(local.settings(project))
        local.enter(project)
        console.item("endpoint", status.endpoint, width=12)
    with phases.phase("State backend"):
        creation.bootstrap(_backend(project), console.item)
    with phases.phase("Secret with the database's password"):
        synth.synthesize(project, STACK)
        _secret(project)
    with phases.phase(f"cdktf deploy {STACK}"):
        changed = _cdktf_deploy(project)
    terraform = deployment.terraform_of(project, STACK, show=None)
    with phases.phase("Refresh of the state"):
        terraform.init()
        if changed:
            terraform.refresh()
            console.line("  refreshed")
        else:
            console.line("  not needed: nothing was changed")
    with phases.phase("Outputs"):
        written = outputs.write(terraform.output_json(), project.flat_outputs)
        console.line(f"  {len(written)} outputs in {project.flat_outputs.relative_to(project.root)}")
    with phases.phase("Second plan"):
        _prove_no_change(project)
    with phases.phase("Rotation of the credentials"):
        _rotate(project, deployed.of(terraform.output_json(), STACK))
    _summary(phases, status)


def remove(project: Project) -> None:
    """Destroy the system, its secret entry and backend, and the local AWS itself.

    Raises:
        Problem: an input is not valid.
        Failed: something could not be destroyed; ``make clean`` forgets the local AWS as a whole.
    """
    ours = local.settings(project)
    if not ours.directory.exists():
        console.line("There is no local AWS, so nothing to destroy.")
        _forget(project)
        return
    phases = Phases(total=4)
    with phases.phase("Local AWS"):
        with local.explained():
            lifecycle.up(ours)
        local.enter(project)
    with phases.phase(f"Destroy {STACK}"):
        if project.backend.exists():
            creation.bootstrap(_backend(project), lambda _name, _became: None)
        synth.synthesize(project, STACK)
        _secret(project)  # Terraform reads it, also to destroy
        deployment.destroy(
            project,
            STACK,
            environment=None,
            allow_protected=True,
            approve=lambda: True,
            show=Progress(),
        )
    with phases.phase("Secret and state backend"):
        entry = secret_entry.entry_of(synth.stack_json(project, STACK))
        if entry is not None and secret_entry.delete_if_ours(entry):
            console.item(f"secret  {entry.name}", "deleted")
        if project.backend.exists():
            removal.remove(_backend(project), console.item)
    with phases.phase("Local AWS and working files"):
        with local.explained():
            lifecycle.reset(ours)
        _forget(project)
        console.line("  removed")
    console.line()
    console.OUT.print(phases.table())


def _backend(project: Project) -> backend.Backend:
    """The backend of ``backend.tf``; without the file, the example with a bucket name for the local AWS."""
    if not project.backend.exists():
        example = (project.root / backend.EXAMPLE).read_text(encoding="utf-8")
        text = MARK + example.replace(f"{backend.PLACEHOLDER}-holdfast-state", BUCKET)
        project.backend.write_text(text, encoding="utf-8")
        console.item("backend.tf", f"made from {backend.EXAMPLE}")
    return backend.required(project.backend)


def _secret(project: Project) -> None:
    entry = secret_entry.entry_of(synth.stack_json(project, STACK))
    if entry is None:
        console.line("  the system creates its own")
        return
    made = secret_entry.create(entry, tags=[secret_entry.MARK])
    console.item(entry.name, "created, with a random password" if made else "already there")


def _cdktf_deploy(project: Project) -> bool:
    """The real cdktf CLI, as people use it; its complete output goes to a log.

    Returns:
        Whether anything was changed.
    """
    log = project.logs / "cdktf-deploy.log"
    progress = Progress()
    code, output = stream(
        [tools.cdktf(project), "deploy", STACK, "--auto-approve", "--skip-provider-lock"],
        cwd=project.root,
        log=log,
        show=progress,
    )
    if code != 0:
        raise Failed(f"cdktf deploy {STACK} failed (exit code {code})", output=output, log=log)
    return progress.changed


def _prove_no_change(project: Project) -> None:
    plan = project.plans / "second.tfplan"
    lines: list[str] = []
    try:
        changes = deployment.terraform_of(project, STACK, show=lines.append).plan(plan)
    finally:
        plan.unlink(missing_ok=True)
    if changes:
        text = "\n".join(line for line in lines if line.strip())
        raise Failed("a second plan is not empty", output=text, log=project.logs / f"{STACK}.log")
    console.line("  no changes")


def _rotate(project: Project, system: deployed.Deployed) -> None:
    """Through Secrets Manager, the functions and the database, and what came of it over verified TLS."""
    if postgres_machine.installed() is None:
        console.line(
            "  skipped: PostgreSQL is not installed here, so that no login could be changed or checked"
        )
        return
    logins.rotate_all(system.secrets, system.region, timeout=rotate.DEFAULT_TIMEOUT)
    logins.check_all(project, system, system.secrets)


def _summary(phases: Phases, status: lifecycle.Status) -> None:
    console.line()
    console.OUT.print(phases.table())
    console.line()
    console.title("Real: Terraform, the AWS provider, the cdktf CLI. In place of AWS:")
    for service, how in status.services.items():
        console.item(service, how, width=18)
    console.line()
    console.title("Next")
    console.item('eval "$(pipenv run holdfast local env)"', "points this shell at the local AWS", width=50)
    console.item(f"npx cdktf diff {STACK}", "a plan; change environments/dev.tfvars first", width=50)
    console.item(
        f"pipenv run holdfast drift {STACK}", "what was changed by hand; change something first", width=50
    )
    console.item("make destroy", "removes what was deployed, and the local AWS", width=50)


def _forget(project: Project) -> None:
    """Remove what the demo wrote into the project; a backend.tf that someone wrote stays."""
    shutil.rmtree(project.flat_outputs.parent, ignore_errors=True)
    # CDKTF_OUTDIR may name a folder with other things in it.
    shutil.rmtree(project.output / "stacks", ignore_errors=True)
    (project.output / "manifest.json").unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        project.output.rmdir()
    for name in ("local", "plans", "logs"):
        shutil.rmtree(project.work / name, ignore_errors=True)
    if project.backend.is_file() and project.backend.read_text(encoding="utf-8").startswith(MARK):
        project.backend.unlink()
