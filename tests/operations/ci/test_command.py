"""Plans from one job to another: encrypted in the first, found and opened in the second."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.backend import Backend
from operations.saved_plan import SavedPlan
from operations.state.creation import bootstrap
from tests.localcloud.server import Server
from tests.operations.ci import repository
from tests.operations.ci.fake_github import FakeGitHub
from tests.operations.ci.plans import SECRET, save
from tests.operations.conftest import Command
from tests.operations.tiny import Tiny

pytestmark = pytest.mark.server


@pytest.fixture
def checkout(tiny: Tiny, aws: Server, backend: Backend) -> Tiny:
    """A checkout with a backend, and plans of two systems."""
    (tiny.root / ".gitignore").write_text(".holdfast/\nsealed/\nbackend.tf\n")
    tiny.keep_states_in(backend)
    bootstrap(backend, lambda *_: None)
    repository.begin(tiny.root)
    for stack in ("data", "files"):
        save(tiny.project.plans / stack, stack=stack, environment="prod")
    return tiny


def encrypted(holdfast: Command, out: Path, environment: str = "prod") -> str:
    done = holdfast("ci", "encrypt-plans", "--environment", environment, "--out", str(out))
    assert done.code == 0, done.err
    return done.out.strip()


def test_plans_come_from_one_job_into_another(
    holdfast: Command, checkout: Tiny, fake: FakeGitHub, tmp_path: Path
) -> None:
    out = tmp_path / "sealed"
    tree = repository.git(checkout.root, "rev-parse", "HEAD^{tree}")
    assert encrypted(holdfast, out) == f"name=plans-prod-{tree}"
    assert sorted(file.name for file in out.iterdir()) == ["data.sealed", "files.sealed"]
    assert all(SECRET not in file.read_bytes() for file in out.iterdir())

    fake.upload(f"plans-prod-{tree}", out)
    saved = SavedPlan(folder=checkout.project.plans / "files")
    before = [file.read_bytes() for file in saved.files]
    saved.plan.write_bytes(b"another one")
    repository.commit(checkout.root)
    fake.permissions = {"actions": "read"}
    done = holdfast("ci", "fetch-plan", "files", "--environment", "prod")
    assert (done.code, done.err) == (0, "")
    assert done.out.split() == ["plan", "files", "of", f"plans-prod-{tree}"]
    assert [file.read_bytes() for file in saved.files] == before


def test_a_plan_that_was_exchanged_among_the_artifacts_is_refused(
    holdfast: Command, checkout: Tiny, fake: FakeGitHub, tmp_path: Path
) -> None:
    out = tmp_path / "sealed"
    name = encrypted(holdfast, out).removeprefix("name=")
    fake.upload(name, {"files.sealed": (out / "data.sealed").read_bytes()})
    done = holdfast("ci", "fetch-plan", "files", "--environment", "prod")
    assert done.code == 2
    assert "is of another system, environment or commit" in done.err
    whole = (out / "files.sealed").read_bytes()
    for wrong in (whole[:-1], whole[:40], b"", whole.replace(b"nonce", b"Nonce")):
        fake.upload(name, {"files.sealed": wrong})
        done = holdfast("ci", "fetch-plan", "files", "--environment", "prod")
        assert done.code == 2
        assert "Traceback" not in done.err


def test_after_another_change_there_is_no_plan(
    holdfast: Command, checkout: Tiny, fake: FakeGitHub, tmp_path: Path
) -> None:
    out = tmp_path / "sealed"
    fake.upload(encrypted(holdfast, out).removeprefix("name="), out)
    (checkout.root / "README.md").write_text("new")
    repository.commit(checkout.root)
    done = holdfast("ci", "fetch-plan", "files", "--environment", "prod")
    assert done.code == 2
    assert "there is no plan of exactly these files" in done.err


def test_plans_of_another_environment_are_not_encrypted_as_these(
    holdfast: Command, checkout: Tiny, tmp_path: Path
) -> None:
    out = tmp_path / "sealed"
    done = holdfast("ci", "encrypt-plans", "--environment", "dev", "--out", str(out))
    assert done.code == 2
    assert "is a plan of another environment" in done.err
    assert not out.exists()


def test_what_is_not_committed_cannot_be_planned_for_others(
    holdfast: Command, checkout: Tiny, tmp_path: Path
) -> None:
    (checkout.root / "system.json").write_text("{}")
    done = holdfast("ci", "encrypt-plans", "--environment", "prod", "--out", str(tmp_path / "sealed"))
    assert done.code == 2
    assert "files are not as they were committed" in done.err


def test_without_plans_or_a_backend_it_is_said(holdfast: Command, checkout: Tiny, tmp_path: Path) -> None:
    for folder in checkout.project.plans.iterdir():
        for file in folder.iterdir():
            file.unlink()
    arguments = ("ci", "encrypt-plans", "--environment", "prod", "--out", str(tmp_path / "sealed"))
    done = holdfast(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "there is no plan of prod" in done.err
    checkout.project.backend.unlink()
    done = holdfast(*arguments)
    assert done.code == 2
    assert "there is no such file, so no state backend is configured" in done.err
