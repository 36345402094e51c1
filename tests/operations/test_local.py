"""``holdfast local``: the commands, and a shell that talks to the local AWS and to nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.problem import Problem
from localcloud import lifecycle
from operations import local
from operations.local import DIRECTORY_VARIABLE, PORT_VARIABLE
from operations.project import Project
from tests.localcloud.server import free_port
from tests.operations.conftest import Command


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local AWS that is not the developer's own."""
    monkeypatch.setenv(PORT_VARIABLE, str(free_port()))
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "local"))
    for name in local.redirecting():
        monkeypatch.delenv(name)
    return tmp_path / "local"


def test_it_is_in_the_project_unless_it_is_said_where(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (PORT_VARIABLE, DIRECTORY_VARIABLE):
        monkeypatch.setenv(name, "")
    project = Project()
    assert local.settings(project) == lifecycle.Settings(port=5055, directory=project.work / "local")


def test_a_relative_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DIRECTORY_VARIABLE, "local")
    assert local.settings(Project()).directory == tmp_path / "local"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "5055.0"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv(PORT_VARIABLE, port)
    with pytest.raises(Problem, match="is not a port") as caught:
        local.settings(Project())
    assert (caught.value.given, caught.value.allowed) == (port, "1 to 65535")


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_DYNAMODB_ENDPOINT",
        "TF_AWS_STS_ENDPOINT",
    ],
)
def test_what_leads_past_the_local_aws_is_named(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "set")
    assert local.redirecting() == [name]


def test_what_does_not_is_not(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_CA_BUNDLE", "AWS_PAGER", "MY_AWS_S3_ENDPOINT"):
        monkeypatch.setenv(name, "set")
    assert local.redirecting() == []


def test_status_says_so_with_its_exit_code(elsewhere: Path, holdfast: Command) -> None:
    done = holdfast("local", "status")
    assert (done.code, done.out) == (1, "The local AWS is not running.\n")


def test_there_is_no_environment_to_print(elsewhere: Path, holdfast: Command) -> None:
    done = holdfast("local", "env")
    assert (done.code, done.out) == (2, "")
    assert "the local AWS is not running" in done.err
    assert "holdfast local up" in done.err


def test_stopping_it_is_nothing(elsewhere: Path, holdfast: Command) -> None:
    done = holdfast("local", "down")
    assert (done.code, done.out) == (0, "The local AWS was not running.\n")
    assert not elsewhere.exists()


def test_forgetting_it_is_nothing(elsewhere: Path, holdfast: Command) -> None:
    assert holdfast("local", "reset", "--yes").code == 0
    assert not elsewhere.exists()


def test_forgetting_asks_first(elsewhere: Path, holdfast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    done = holdfast("local", "reset")
    assert done.code == 2
    assert "--yes" in done.err
    monkeypatch.setattr("operations.console.confirm", lambda _question, option: False)
    done = holdfast("local", "reset")
    assert (done.code, done.out) == (1, "Nothing was changed.\n")


def test_a_server_that_does_not_start_is_a_failure(
    elsewhere: Path, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    done = holdfast("local", "up")
    assert done.code == 1
    assert "the local AWS ended (exit code 1)" in done.err


def test_what_went_wrong_at_its_start_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    status = lifecycle.Status(running=True, endpoint="", log=Path("log"), notice="something was lost")
    local.describe(status)
    assert capsys.readouterr().err == "WARNING: something was lost\n"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lifecycle.Settings]:
    settings = lifecycle.Settings(port=free_port(), directory=tmp_path_factory.mktemp("local") / "aws")
    lifecycle.up(settings)
    yield settings
    lifecycle.reset(settings)


@pytest.fixture
def running(
    elsewhere: Path, started: lifecycle.Settings, monkeypatch: pytest.MonkeyPatch
) -> lifecycle.Settings:
    """A local AWS that runs, in the environment of commands."""
    monkeypatch.setenv(PORT_VARIABLE, str(started.port))
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(started.directory))
    return started


@pytest.mark.server
@pytest.mark.parametrize("command", ["up", "status"])
def test_it_says_where_it_is_and_what_is_emulated(
    holdfast: Command, running: lifecycle.Settings, command: str
) -> None:
    done = holdfast("local", command)
    assert done.code == 0
    assert done.out.startswith("The local AWS is running\n")
    for text in (running.endpoint, str(running.log), "RDS", "Lambda", "emulated by moto"):
        assert text in done.out


@pytest.mark.server
def test_the_port_of_another_folder_is_refused(
    holdfast: Command, running: lifecycle.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "other"))
    done = holdfast("local", "up")
    assert done.code == 2
    assert "is taken, by the local AWS of" in done.err


@pytest.mark.server
def test_a_shell_evaluates_what_is_printed(
    holdfast: Command, running: lifecycle.Settings, tmp_path: Path
) -> None:
    """Whatever was set in it, also where it would be another account's."""
    config = tmp_path / "it's a config"
    config.write_text("[profile nobody]\nregion = us-east-1\n")
    before = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": "nobody",
        "AWS_SESSION_TOKEN": "of another account",
        "AWS_ENDPOINT_URL_STS": "https://sts.example.org",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "example.org",
    }
    with pytest.MonkeyPatch.context() as shell:
        for name, value in before.items():
            shell.setenv(name, value)
        printed = holdfast("local", "env")
    assert printed.code == 0
    script = """
        set -eu
        eval "$1"
        test -z "${AWS_PROFILE:-}${AWS_SESSION_TOKEN:-}${AWS_ENDPOINT_URL_STS:-}"
        "$2" -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Account"])'
        echo "$NO_PROXY"
    """
    done = subprocess.run(
        ["bash", "-c", script, "bash", printed.out, sys.executable],
        env=before,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["123456789012", "example.org,127.0.0.1,localhost"]


@pytest.mark.server
def test_a_program_reads_the_same_as_json(holdfast: Command, running: lifecycle.Settings) -> None:
    variables = json.loads(holdfast("local", "env", "--json").out)
    assert variables["AWS_ENDPOINT_URL"] == running.endpoint
    assert variables["CDKTF_AUTO_APPROVE"] == "true"
    exported = holdfast("local", "env").out.splitlines()
    assert {line.removeprefix("export ").partition("=")[0] for line in exported} == variables.keys()


@pytest.mark.server
def test_a_process_enters_it(running: lifecycle.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in local.variables(Project()):
        monkeypatch.setenv(name, "before")  # what is set here is taken back after the test
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    local.enter(Project())
    assert "AWS_PROFILE" not in os.environ
    assert os.environ["AWS_ENDPOINT_URL"] == running.endpoint


@pytest.mark.server
def test_it_is_stopped_and_started_again(holdfast: Command, running: lifecycle.Settings) -> None:
    assert holdfast("local", "down").out == "The local AWS is stopped.\n"
    assert holdfast("local", "status").code == 1
    assert holdfast("local", "up").code == 0
    assert holdfast("local", "reset", "--yes").out == "The local AWS is empty.\n"
    assert holdfast("local", "status").code == 1
