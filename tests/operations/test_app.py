"""``holdfast`` as people type it: help, exit codes, and what each command prints."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import typer.main

from environments.backend import Backend
from operations import app, deployment
from operations.failure import Failed
from tests.localcloud.server import REGION, Server
from tests.operations.conftest import Command
from tests.operations.tiny import STACK, WORD, Tiny

COMMANDS = {
    (): [
        "apply",
        "bench",
        "bootstrap",
        "ci",
        "comply",
        "credentials",
        "demo",
        "deploy",
        "destroy",
        "diagram",
        "drift",
        "local",
        "manifest",
        "outputs",
        "plan",
        "review",
        "rotate",
        "secret",
        "state",
        "unlock",
    ],
    ("ci",): ["comment", "comply", "drift", "encrypt-plans", "fetch-plan", "systems"],
    ("credentials",): ["check"],
    ("local",): ["down", "env", "reset", "status", "up"],
    ("manifest",): ["check", "remove", "update"],
    ("secret",): ["check", "create"],
    ("state",): ["doctor"],
}
EVERY = [(*group, name) for group, names in COMMANDS.items() for name in names]


# Help


def test_every_command_is_listed() -> None:
    def names(group: Any, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], list[str]]:
        found = {place: sorted(group.commands)}
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                found |= names(command, (*place, name))
        return found

    assert names(typer.main.get_command(app.app)) == COMMANDS


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_a_system_is_an_argument_never_an_option(command: tuple[str, ...]) -> None:
    found: Any = typer.main.get_command(app.app)
    for name in command:
        found = found.commands[name]
    named = [parameter for parameter in found.params if parameter.name in {"stack", "stacks"}]
    assert {parameter.param_type_name for parameter in named} <= {"argument"}


@pytest.mark.parametrize("group", COMMANDS, ids=" ".join)
def test_without_a_command_there_is_help(holdfast: Command, group: tuple[str, ...]) -> None:
    done = holdfast(*group)
    assert done.code == 2
    for name in COMMANDS[group]:
        assert f" {name} " in done.out


@pytest.mark.parametrize("command", EVERY, ids=" ".join)
def test_every_command_has_help_and_says_its_exit_codes(holdfast: Command, command: tuple[str, ...]) -> None:
    done = holdfast(*command, "--help")
    assert done.code == 0
    assert f"Usage: holdfast {' '.join(command)}" in done.out
    if command not in {("local",), ("local", "env")}:
        assert "xit code 1" in done.out.replace("exit\n", "exit ") or "xit code 2" in done.out
    for line in done.out.splitlines():
        option = line.strip("│ ")
        if option.startswith("--"):
            assert len(option.split()) > 2, f"{line} says nothing"


# Bad commands


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["deploi", "citizen-data"], "No such command 'deploi'. Did you mean 'deploy'"),
        (["local", "start"], "No such command 'start'"),
        (["deploy", "--aprove", "citizen-data"], "No such option: --aprove"),
        (["deploy"], "Missing argument"),
        (["deploy", "one", "two"], "unexpected extra argument"),
        (["deploy", "citizen-data", "-e"], "requires an argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_no_command_is_told(holdfast: Command, arguments: list[str], told: str) -> None:
    done = holdfast(*arguments)
    assert (done.code, done.out) == (2, "")
    assert told.lower() in done.err.lower()


# What becomes of errors


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def deploy(*_: object, **__: object) -> bool:
        raise error

    monkeypatch.setattr(deployment, "deploy", deploy)


def test_a_failure_is_told_without_a_traceback(holdfast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(Failed("terraform plan failed", output="Error: no"), monkeypatch)
    done = holdfast("deploy", "citizen-data")
    assert (done.code, done.err) == (1, "terraform plan failed\n\nError: no\n")


def test_a_file_that_cannot_be_used_is_told_without_one(
    holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(PermissionError(13, "Permission denied", "/project/.holdfast"), monkeypatch)
    done = holdfast("deploy", "citizen-data")
    assert done.code == 2
    assert done.err.startswith("/project/.holdfast cannot be used (Permission denied)\n")


def test_an_interrupt_has_its_exit_code(holdfast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(KeyboardInterrupt(), monkeypatch)
    done = holdfast("deploy", "citizen-data")
    assert done.code == 130
    assert "Traceback" not in done.err


def test_a_fault_of_the_program_is_not_hidden(holdfast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    raising(ZeroDivisionError(), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        holdfast("deploy", "citizen-data")


# The state backend


def test_without_a_backend_file_there_is_nothing_to_create(holdfast: Command, tiny: Tiny) -> None:
    done = holdfast("bootstrap")
    assert (done.code, done.out) == (2, "")
    assert "there is no such file" in done.err
    assert "cp backend.tf.example backend.tf" in done.err


@pytest.mark.server
def test_the_backend_is_created_and_deleted_and_it_is_said_what_was_done(
    holdfast: Command, tiny: Tiny, aws: Server, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.keep_states_in(backend)
    things = [
        ["key", backend.kms_key_id],
        ["bucket", backend.bucket],
        ["table", backend.dynamodb_table],
    ]
    for became in (["created"], ["already", "there"]):
        done = holdfast("bootstrap")
        assert done.code == 0
        title, *lines = done.out.splitlines()
        assert title == "State backend in eu-central-2"
        assert [line.split() for line in lines] == [[*thing, *became] for thing in things]

    done = holdfast("bootstrap", "--delete")
    assert done.code == 2
    assert "--yes" in done.err
    monkeypatch.setattr("operations.console.confirm", lambda _question, option: False)
    done = holdfast("bootstrap", "--delete")
    assert (done.code, done.out) == (1, "Nothing was changed.\n")
    assert aws.client("s3").head_bucket(Bucket=backend.bucket)

    done = holdfast("bootstrap", "--delete", "--yes")
    assert done.code == 0
    assert done.out.count("deleted") == 2
    assert "AWS deletes it in 7 days" in done.out


# Systems


@pytest.mark.terraform
def test_a_system_is_deployed_read_and_destroyed(
    holdfast: Command, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = holdfast("outputs", STACK)
    assert done.code == 2
    assert "tiny has no outputs: it is not deployed" in done.err
    assert not tiny.project.flat_outputs.exists()

    done = holdfast("deploy", STACK)
    assert done.code == 2, "nobody can be asked"
    assert "--auto-approve" in done.err
    monkeypatch.setattr("operations.console.confirm", lambda _question, option: False)
    done = holdfast("deploy", STACK)
    assert done.code == 1
    assert done.out.endswith("Nothing was changed.\n")

    done = holdfast("deploy", STACK, "--auto-approve")
    assert done.code == 0
    assert done.out.endswith("1 outputs in cfn-outputs/flat-outputs.json\n")
    tiny.project.flat_outputs.unlink()
    done = holdfast("outputs", STACK)
    assert json.loads(done.out) == {"word": "a word"} == json.loads(tiny.project.flat_outputs.read_text())

    assert holdfast("destroy", STACK).out.endswith("Nothing was changed.\n")
    assert holdfast("destroy", STACK, "--auto-approve").code == 0


@pytest.mark.parametrize("command", [["deploy"], ["destroy"], ["outputs"], ["secret", "check"]], ids=" ".join)
def test_a_system_that_is_none_is_told_with_those_that_are(
    holdfast: Command, tiny: Tiny, command: list[str]
) -> None:
    done = holdfast(*command, "tny")
    assert (done.code, done.out) == (2, "")
    assert "there is no such system\n  given:   tny\n  allowed: tiny\n" in done.err


# The secret entry


@pytest.mark.server
def test_the_entry_is_checked_created_and_found(holdfast: Command, tiny: Tiny, aws: Server) -> None:
    name = f"credentials-{uuid.uuid4().hex[:8]}"
    tiny.write(
        {
            **WORD,
            "provider": {"aws": [{"region": REGION}]},
            "data": {"aws_secretsmanager_secret": {"it": {"name": name}}},
        }
    )
    done = holdfast("secret", "check", STACK)
    assert done.code == 2
    assert f"secret entry {name} does not exist" in done.err
    assert holdfast("secret", "create", STACK).out == f"  secret  {name}        created\n"
    assert "already there" in holdfast("secret", "create", STACK).out
    assert "usable" in holdfast("secret", "check", STACK).out


def test_a_system_with_an_entry_of_its_own_needs_none(holdfast: Command, tiny: Tiny) -> None:
    done = holdfast("secret", "create", STACK)
    assert done.code == 2
    assert "tiny creates its own secret entry" in done.err
