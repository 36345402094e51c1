"""Bad input, as people give it: exit code 2, one message that says how to go on, and nothing half done."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.localcloud.server import Server, free_port
from tests.system.checkout import BUCKET, FOLDER, Checkout

pytestmark = pytest.mark.slow

MAIN = (sys.executable, "main.py")
HOLDFAST = (sys.executable, "-m", "operations")
DEPLOY = (*HOLDFAST, "deploy", "citizen-data", "--auto-approve")
BOOTSTRAP = (*HOLDFAST, "bootstrap")
CDKTF = ("npx", "cdktf", "synth")

DEV, BACKEND = "environments/dev.tfvars", "backend.tf"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
NO_CREDENTIALS = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@dataclass(frozen=True)
class Case:
    """One mistake.

    Args:
        what: the mistake.
        told: what the message must say.
        file: the file that is changed.
        old: what is replaced in it; empty to replace all of it.
        new: what takes its place.
        command: what is run.
        variables: in its environment.
    """

    what: str
    told: tuple[str, ...]
    file: str = DEV
    old: str = ""
    new: str | None = None
    command: tuple[str, ...] = MAIN
    variables: dict[str, str] = field(default_factory=dict)


def setting(what: str, old: str, new: str, *told: str, command: tuple[str, ...] = MAIN) -> Case:
    return Case(what, (f"{DEV}", *told), old=old, new=new, command=command)


def backend(what: str, old: str, new: str, *told: str, command: tuple[str, ...] = MAIN) -> Case:
    return Case(what, (BACKEND, *told), file=BACKEND, old=old, new=new, command=command)


def variable(name: str, value: str, *told: str, command: tuple[str, ...] = MAIN) -> Case:
    return Case(f"{name}={value}", told, command=command, variables={name: value})


ZONE = ('"eu-central-2b"', '"eu-central-1b"')
BROKEN = ('cidr = "10.20.0.0/16"', 'cidr = "10.20.0.0/16')
OVERLAPPING = """nat  = "single"
  subnet_cidrs = { private = { "eu-central-2a" = "10.20.0.0/24" } }"""

CASES = [
    # Settings
    setting("an unknown block", "alarms =", "alarm =", "unknown setting alarm\n", "fix:     write alarms"),
    setting("a misspelt setting", "multi_az ", "multi_azs", "line 20", "unknown setting", "write multi_az"),
    setting("a wrong type", "= 100\n", '= "100"\n', "line 21", "valid integer", "given:   '100'"),
    setting("an AZ of another region", *ZONE, "eu-central-1b", "eu-central-2a, eu-central-2b"),
    setting("overlapping CIDRs", 'nat  = "single"', OVERLAPPING, "(10.20.0.0/24) overlap"),
    setting("a CIDR that is none", "10.20.0.0/16", "10.20.0.0/33", "network.cidr"),
    setting("an unsupported class", "db.t3.medium", "db.m4.large", "eu-central-2", "write instance_class = "),
    setting("a deprecated engine version", '"16"', '"15.4"', "no longer offers PostgreSQL 15.4", "15.1"),
    setting("a retention out of range", "days = 7", "days = 36", "line 23", "given:   36", "1 to 35"),
    setting("a rotation out of range", "days = 30", "days = 0", "rotation_days", "1 to 1000"),
    setting("a promise that cannot be kept", "rpo_minutes = 60", "rpo_minutes = 1", "rpo_minutes"),
    setting("a broken file", *BROKEN, "line 13", "close the string with a double quote"),
    setting("a brace too many", "alarms = {", "alarms = {{", "this is not valid HCL"),
    setting("a setting twice", 'suffix  ', 'region = "x"\nsuffix  ', "region is set twice", "lines 2 and 4"),
    setting("an expression", '"ephemeral"', "var.profile", "line 5", "expression", "given:   var.profile"),
    setting("a regulated system that forgets early", "ephemeral", "regulated", "backup_retention_days is 7"),
    Case("a manifest with a conflict in it", ("environments/dev.manifest, line 3", "given:   <<<<<<< HEAD"),
         file="environments/dev.manifest", old="citizen-data", new="<<<<<<< HEAD\ncitizen-data"),
    # Which environment
    variable("HOLDFAST_ENVIRONMENT", "stage", "there is no environment 'stage'", "allowed: ", "prod"),
    variable("HOLDFAST_ENVIRONMENT", "../environments/dev", "there is no environment", "allowed: ", "prod"),
    variable("ENVIRONMENT_SUFFIX", "PR_12", "ENVIRONMENT_SUFFIX", "given:   'PR_12'", "lower-case letters"),
    variable("CDKTF_CONTEXT_JSON", "{", "$CDKTF_CONTEXT_JSON, line 1: this is not JSON"),
    # Where it is written
    variable("CDKTF_OUTDIR", ".", "names the project itself", "fix:     unset CDKTF_OUTDIR"),
    variable("CDKTF_OUTDIR", "LICENSE", "LICENSE cannot be used (File exists)"),
    variable("CDKTF_OUTDIR", "LICENSE/out", "LICENSE/out cannot be used (Not a directory)"),
    Case("a folder that cannot be written", (".holdfast", "(Not a directory)"), file=".holdfast", new=""),
    # The state backend
    backend("the example as it is", BUCKET, "REPLACE-ME-holdfast-state", "bucket is not valid", "placeholder"),
    backend("an unknown setting", "region =", "regoin =", "no setting regoin", "allowed: bucket, region"),
    backend("a broken backend", "encrypt    = true", "encrypt    =", "this is not valid HCL"),
    backend("a key in the file", "encrypt ", 'access_key = "x"\n    encrypt ', "no setting access_key"),
    backend("no backend in it", "", "", "no backend blocks", "cp backend.tf.example backend.tf"),
    # The same through holdfast
    setting("an AZ of another region, deploying", *ZONE, "eu-central-1b", command=DEPLOY),
    setting("a broken file, destroying", *BROKEN, "line 13", command=(*HOLDFAST, "destroy", "citizen-data")),
    backend("a broken backend, creating it", "encrypt    = true", "encrypt    =", "not valid", command=BOOTSTRAP),
    variable("HOLDFAST_ENVIRONMENT", "stage", "there is no environment 'stage'", command=DEPLOY),
    Case("no backend file", ("there is no such file", "cp backend.tf.example"), command=BOOTSTRAP),
    Case("an unknown system", ("no such system", "allowed: citizen-data"), command=(*DEPLOY[:4], "citizen")),
    Case("an unknown command", ("No such command 'deploi'",), command=(*HOLDFAST, "deploi")),
    Case("an unknown option", ("No such option: --aprove",), command=(*HOLDFAST, "deploy", "--aprove")),
    variable("HOLDFAST_LOCAL_PORT", "http", "is not a port", "1 to 65535", command=(*HOLDFAST, "local", "up")),
    Case("a folder that cannot be written, starting the local AWS", ("(Not a directory)",), file=".holdfast",
         new="", command=(*HOLDFAST, "local", "up")),
    # AWS
    Case("no credentials", ("no usable AWS credentials", "AWS_PROFILE"), BACKEND, BUCKET, BUCKET, BOOTSTRAP,
         NO_CREDENTIALS),
    Case("an endpoint that does not answer", ("AWS does not answer", "local up"), BACKEND, BUCKET,
         BUCKET, BOOTSTRAP, {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}),
    Case("an endpoint that is no URL", ("$AWS_ENDPOINT_URL is not a URL",), BACKEND, BUCKET, BUCKET, BOOTSTRAP,
         {**CREDENTIALS, "AWS_ENDPOINT_URL": "localhost:5055"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with a valid ``backend.tf``, and nothing else that is not in git."""
    made = Checkout.make(tmp_path_factory.mktemp("bad") / FOLDER)
    made.run(sys.executable, "-m", "compileall", "-q", "environments", "modules", "operations", "stacks")
    return made


@pytest.fixture
def checkout(pristine: Checkout) -> Iterator[Checkout]:
    """The checkout, with what a test changes put back after it."""
    kept = pristine.folder.with_name("kept")
    shutil.copytree(pristine.folder / "environments", kept)
    yield pristine
    shutil.rmtree(pristine.folder / "environments")
    kept.rename(pristine.folder / "environments")
    for name in (BACKEND, ".holdfast", "cdktf.out"):
        path = pristine.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def make_mistake(checkout: Checkout, case: Case) -> None:
    if case.new is None:
        return
    if case.file == BACKEND:
        checkout.write_backend()
    path = checkout.folder / case.file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert case.old in text, f"{case.file} does not say {case.old!r}"
    path.write_text(text.replace(case.old, case.new, 1) if case.old else case.new, encoding="utf-8")


def files(checkout: Checkout) -> dict[str, bytes]:
    """All but logs and what Python compiles."""
    return {
        str(path.relative_to(checkout.folder)): path.read_bytes()
        for path in checkout.folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and "__pycache__" not in path.parts
        and "logs" not in path.parts
    }


def assert_told(done: subprocess.CompletedProcess[str], *told: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    for text in told:
        assert text in done.stderr, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) <= 8, done.stderr
    assert done.stderr.count("  fix: ") <= 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_it_is_told_and_nothing_is_changed(checkout: Checkout, case: Case) -> None:
    make_mistake(checkout, case)
    before = files(checkout)
    done = checkout.run(*case.command, **case.variables)
    assert_told(done, *case.told)
    after = files(checkout)
    assert after == before


def test_the_cdktf_cli_passes_the_message_on(checkout: Checkout) -> None:
    make_mistake(checkout, setting("an AZ of another region", *ZONE))
    done = checkout.run(*CDKTF)
    assert done.returncode == 1
    printed = done.stdout + done.stderr
    assert "availability_zones names eu-central-1b, which eu-central-2 does not have" in printed
    assert "fix:     name zones of the region, or correct region" in printed
    assert "Traceback" not in printed
    assert not (checkout.folder / "cdktf.out" / "stacks").exists()


@pytest.mark.parametrize(
    ("command", "code"), [(DEPLOY, 2), (CDKTF, 1)], ids=["holdfast deploy", "cdktf synth"]
)
def test_what_holds_data_is_lost_by_no_way_to_synthesize(
    checkout: Checkout, command: tuple[str, ...], code: int
) -> None:
    bucket = "citizen-data aws_s3_bucket.exports_3D77785E exports/bucket"
    make_mistake(
        checkout,
        Case(
            "a bucket that was there",
            (),
            file="environments/dev.manifest",
            old="citizen-data",
            new=f"{bucket}\ncitizen-data",
        ),
    )
    done = checkout.run(*command)
    assert done.returncode == code
    printed = done.stdout + done.stderr
    assert "what holds data is lost in dev: the next apply would destroy it" in printed
    assert "nothing new could be aws_s3_bucket.exports_3D77785E: bring back exports/bucket" in printed
    assert "Traceback" not in printed
    assert not list(checkout.folder.glob("cdktf.out/stacks/*/cdk.tf.json"))


def test_where_a_command_is_given_does_not_matter(checkout: Checkout, tmp_path: Path) -> None:
    make_mistake(checkout, backend("an unknown setting", "region =", "regoin ="))
    done = subprocess.run(
        [sys.executable, checkout.folder / "main.py"],
        cwd=tmp_path,
        env=checkout.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert_told(done, "backend.tf", "no setting regoin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.server
@pytest.mark.parametrize("command", [DEPLOY, (*HOLDFAST, "secret", "check")], ids=["deploy", "secret check"])
def test_a_missing_secret_entry(checkout: Checkout, local_aws: Server, command: tuple[str, ...]) -> None:
    done = checkout.run(
        *command, **CREDENTIALS, AWS_ENDPOINT_URL=local_aws.endpoint, ENVIRONMENT_SUFFIX="none"
    )
    assert_told(done, "secret entry dr-db-credentials-none does not exist", "secret create citizen-data")
    assert not list(checkout.folder.glob("cdktf.out/stacks/*/.terraform"))
    assert not list(checkout.folder.glob("*.tfstate"))


@pytest.mark.parametrize("command", ["deploy", "destroy"])
def test_no_terraform_on_the_path(checkout: Checkout, tmp_path: Path, command: str) -> None:
    node = shutil.which("node")
    assert node is not None
    (tmp_path / "node").symlink_to(node)
    before = files(checkout)
    done = checkout.run(*HOLDFAST, command, "citizen-data", PATH=str(tmp_path))
    assert_told(
        done, "Terraform is needed", "not on the PATH", "https://developer.hashicorp.com/terraform/install"
    )
    assert files(checkout) == before


def test_a_demo_without_any_tool_names_all_of_them(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.run(*HOLDFAST, "demo", PATH=str(tmp_path))
    assert done.returncode == 2
    for name in ("Node.js", "npm", "Terraform"):
        assert f"{name}\n  found:   not on the PATH" in done.stderr
    assert not (checkout.folder / BACKEND).exists()


def test_a_port_in_use(checkout: Checkout) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        before = files(checkout)
        port = str(other.server_port)
        done = checkout.run(*HOLDFAST, "local", "up", HOLDFAST_LOCAL_PORT=port)
        other.shutdown()
    assert_told(done, f"port {port} is taken", "export HOLDFAST_LOCAL_PORT=")
    assert files(checkout) == before
