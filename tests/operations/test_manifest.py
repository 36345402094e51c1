"""Manifests are written, checked, and shortened by commands; all environments at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operations.conftest import Command
from tests.operations.tiny import ROOT, Tiny

SYSTEM = f"""
import json, os, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from environments import guard, manifest, outdir
from environments.problem import Problem

here = Path(__file__).parent
environment = os.environ.get("HOLDFAST_ENVIRONMENT") or "dev"
system = json.loads((here / f"{{environment}}.json").read_text())
out = outdir.folder(here)
(out / "stacks" / "tiny").mkdir(parents=True, exist_ok=True)
(out / "stacks" / "tiny" / "cdk.tf.json").write_text(json.dumps(system))
path = "stacks/tiny/cdk.tf.json"
(out / "manifest.json").write_text(json.dumps({{"stacks": {{"tiny": {{"synthesizedStackPath": path}}}}}}))
try:
    recorded = manifest.read(manifest.file(environment, here / "environments"))
    notice = guard.check(out, environment, recorded)
except Problem as problem:
    sys.exit(print(problem, file=sys.stderr) or 2)
if notice:
    print(notice, file=sys.stderr)
"""
"""A main.py that synthesizes, guards and says what ours does, without cdktf."""

DATABASE = "aws_db_instance.database"
RENAMED = "aws_db_instance.db"
KEY = "aws_kms_key.key"
SECRET = "aws_secretsmanager_secret.entry"

Synthesizes = Callable[..., None]


@pytest.fixture
def synthesizes(tiny: Tiny) -> Synthesizes:
    """Sets what an environment synthesizes; prod has a secret entry of its own."""
    (tiny.root / "main.py").write_text(SYSTEM)

    def set_(environment: str, *addresses: str, moved: dict[str, str] | None = None) -> None:
        resources: dict[str, dict[str, object]] = {}
        for address in addresses:
            type_, _, label = address.partition(".")
            resources.setdefault(type_, {})[label] = {}
        moves = [{"from": old, "to": new} for old, new in (moved or {}).items()]
        (tiny.root / f"{environment}.json").write_text(json.dumps({"resource": resources, "moved": moves}))
        (tiny.root / "environments" / f"{environment}.tfvars").touch()

    set_("dev", DATABASE, KEY)
    set_("prod", DATABASE, KEY, SECRET)
    return set_


@pytest.fixture
def addresses(tiny: Tiny) -> Callable[[str], list[str]]:
    """What an environment's manifest names."""

    def read(environment: str) -> list[str]:
        lines = (tiny.root / "environments" / f"{environment}.manifest").read_text().splitlines()
        return [line.split()[1] for line in lines if not line.startswith("#")]

    return read


Addresses = Callable[[str], list[str]]


def test_every_environment_gets_its_own(
    synthesizes: Synthesizes, addresses: Addresses, holdfast: Command, tiny: Tiny
) -> None:
    done = holdfast("manifest", "update")
    assert done.code == 0
    assert "environments/dev.manifest           2 addresses, 2 of them new" in done.out
    assert addresses("dev") == [DATABASE, KEY]
    assert addresses("prod") == [DATABASE, KEY, SECRET]
    assert holdfast("manifest", "check").code == 0
    assert not (tiny.root / "cdktf.out").exists(), "what was synthesized before stays what it is"


def test_again_nothing_is_written(synthesizes: Synthesizes, holdfast: Command, tiny: Tiny) -> None:
    holdfast("manifest", "update")
    path = tiny.root / "environments" / "dev.manifest"
    before = path.stat()
    done = holdfast("manifest", "update", "--environment", "dev")
    assert "up to date" in done.out
    assert "prod" not in done.out
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_pull_request_that_does_not_record_what_it_adds_fails(
    synthesizes: Synthesizes, holdfast: Command
) -> None:
    holdfast("manifest", "update")
    synthesizes("prod", DATABASE, KEY, SECRET, "aws_s3_bucket.exports")
    done = holdfast("manifest", "check")
    assert done.code == 2
    assert "environments/prod.manifest does not name all that holds data" in done.err
    assert "not there: tiny aws_s3_bucket.exports" in done.err
    assert holdfast("manifest", "check", "-e", "dev").code == 0


def test_nothing_is_written_when_one_environment_lost_something(
    synthesizes: Synthesizes, addresses: Addresses, holdfast: Command
) -> None:
    holdfast("manifest", "update")
    synthesizes("dev", DATABASE, KEY, SECRET)
    synthesizes("prod", RENAMED, KEY, SECRET)
    for command in ("update", "check"):
        done = holdfast("manifest", command)
        assert done.code == 2
        assert "what holds data is lost in " in done.err or command == "check"
    assert addresses("dev") == [DATABASE, KEY]


def test_a_rename_is_recorded_and_its_old_address_kept_until_it_is_removed(
    synthesizes: Synthesizes, addresses: Addresses, holdfast: Command
) -> None:
    holdfast("manifest", "update")
    synthesizes("dev", RENAMED, KEY, moved={DATABASE: RENAMED})
    done = holdfast("manifest", "update", "-e", "dev")
    assert done.code == 0
    assert addresses("dev") == [DATABASE, RENAMED, KEY]
    command = f"holdfast manifest remove tiny {DATABASE} --environment dev"
    assert command in done.out

    assert holdfast(*command.split()[1:]).code == 0
    synthesizes("dev", RENAMED, KEY)
    assert addresses("dev") == [RENAMED, KEY]
    assert holdfast("manifest", "check", "-e", "dev").code == 0


def test_a_loss_that_is_meant_is_said_by_the_command_that_is_printed(
    synthesizes: Synthesizes, addresses: Addresses, holdfast: Command
) -> None:
    holdfast("manifest", "update")
    synthesizes("prod", DATABASE, KEY)
    refused = holdfast("manifest", "check", "-e", "prod")
    assert refused.code == 2
    (command,) = [line.strip() for line in refused.err.splitlines() if "manifest remove" in line]
    done = holdfast(*command.removeprefix("pipenv run holdfast ").split())
    assert done.code == 0
    assert f"without {SECRET}" in done.out
    assert addresses("prod") == [DATABASE, KEY]
    assert holdfast("manifest", "check").code == 0


def test_a_whole_system_is_removed_from_every_environment(
    synthesizes: Synthesizes, addresses: Addresses, holdfast: Command
) -> None:
    holdfast("manifest", "update")
    assert holdfast("manifest", "remove", "tiny").code == 0
    assert addresses("dev") == addresses("prod") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("remove", "tiny", "aws_db_instance.databose"), "fix:     write aws_db_instance.database"),
        (("remove", "tiny", KEY, "aws_vpc.none"), "do not name this address of tiny"),
        (("remove", "other"), "the manifests name nothing of this system"),
        (("remove", "tiny", SECRET, "-e", "dev"), "do not name this address of tiny"),
        (("update", "-e", "staging"), "allowed: dev, prod"),
        (("check", "-e", "staging"), "allowed: dev, prod"),
    ],
)
def test_what_is_not_there_is_refused(
    synthesizes: Synthesizes,
    addresses: Addresses,
    holdfast: Command,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    holdfast("manifest", "update")
    done = holdfast("manifest", *arguments)
    assert done.code == 2
    assert said in done.err
    assert addresses("dev") == [DATABASE, KEY]


def test_other_commands_pass_on_what_is_not_recorded(
    synthesizes: Synthesizes, holdfast: Command, tmp_path: Path
) -> None:
    done = holdfast("outputs", "no-such-system")
    assert "environments/dev.manifest does not name 2 resources that hold data yet" in done.err
