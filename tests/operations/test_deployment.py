"""A system is deployed as it was planned and shown, and destroyed wholly or not at all."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from environments.backend import Backend
from environments.problem import Problem
from operations import deployment, terraform_cli
from operations.failure import Failed
from operations.project import Project
from tests.localcloud.server import REGION, Server
from tests.operations.tiny import STACK, WORD, Tiny

pytestmark = pytest.mark.terraform


class Answer:
    """Answers when it is asked, and counts how often."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.answer


def deploy(tiny: Tiny, answer: Answer, environment: str | None = None) -> bool:
    return deployment.deploy(tiny.project, STACK, environment=environment, approve=answer)


def destroy(
    tiny: Tiny, answer: Answer, environment: str | None = None, *, allow_protected: bool = False
) -> bool:
    return deployment.destroy(
        tiny.project, STACK, environment=environment, allow_protected=allow_protected, approve=answer
    )


def state_files(tiny: Tiny) -> list[str]:
    return sorted(path.name for path in tiny.root.glob("*.tfstate"))


def plans(tiny: Tiny) -> list[str]:
    return sorted(path.name for path in (tiny.project.work / "plans").glob("*"))


def test_from_a_plan_to_nothing(tiny: Tiny, capsys: pytest.CaptureFixture[str]) -> None:
    no, yes = Answer(False), Answer()
    assert not deploy(tiny, no)
    assert "1 to add, 0 to change, 0 to destroy" in capsys.readouterr().out
    assert state_files(tiny) == []

    assert deploy(tiny, yes)
    assert json.loads(tiny.project.flat_outputs.read_text()) == {"word": "a word"}
    assert state_files(tiny) == ["tiny.tfstate"]
    assert plans(tiny) == []

    asked = yes.asked
    assert deploy(tiny, yes)
    assert yes.asked == asked, "there was nothing to approve"

    assert not destroy(tiny, no)
    assert tiny.project.flat_outputs.exists()
    assert destroy(tiny, yes)
    assert not tiny.project.flat_outputs.exists()
    assert plans(tiny) == []

    capsys.readouterr()
    assert destroy(tiny, no)
    assert "tiny is not deployed: its state is empty" in capsys.readouterr().out


@pytest.mark.server
def test_whoever_is_asked_has_seen_what_is_destroyed(
    tiny: Tiny, aws: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in terraform_cli.choose(Project()).variables().items():
        monkeypatch.setenv(name, value)
    provider = {"aws": [{"region": REGION}]}
    group = {"aws_cloudwatch_log_group": {"it": {"name": f"records-{tiny.root.name}"}}}
    tiny.write({"provider": provider, "resource": group})
    assert deploy(tiny, Answer())
    assert "Destroys data" not in capsys.readouterr().out
    tiny.write({"provider": provider})
    assert not deploy(tiny, Answer(False))
    assert " Destroys data  1\n  aws_cloudwatch_log_group.it  deleted\n" in capsys.readouterr().out
    assert deploy(tiny, Answer()), "the answer decides"


def test_environments_do_not_touch_each_other(tiny: Tiny) -> None:
    tiny.keep_states_as_ours()
    yes = Answer()
    deploy(tiny, yes, "dev")
    deploy(tiny, yes, "prod")
    assert state_files(tiny) == ["dev.dev.tiny.tfstate", "prod.prod.tiny.tfstate"]
    destroy(tiny, yes, "prod")
    assert terraform_data(tiny, "dev")
    assert not terraform_data(tiny, "prod")
    asked = yes.asked
    assert deploy(tiny, yes, "dev")
    assert yes.asked == asked, "dev is as it was"


def terraform_data(tiny: Tiny, environment: str) -> list[Any]:
    state = json.loads((tiny.root / f"{environment}.{environment}.tiny.tfstate").read_text())
    resources: list[Any] = state["resources"]
    return resources


def test_a_failed_apply_is_a_failure_with_its_reason(tiny: Tiny) -> None:
    tiny.write(broken_at(""))
    with pytest.raises(Failed, match="terraform apply failed") as caught:
        deploy(tiny, Answer())
    assert "Error: local-exec provisioner error" in caught.value.reason
    assert plans(tiny) == []
    assert not tiny.project.flat_outputs.exists()


def test_a_failed_destroy_is_a_failure_and_what_is_left_can_be_destroyed_later(tiny: Tiny) -> None:
    deploy(tiny, Answer())
    tiny.write(broken_at("destroy"))
    with pytest.raises(Failed, match="terraform apply failed"):
        destroy(tiny, Answer())
    assert tiny.project.flat_outputs.exists()
    tiny.write(WORD)
    assert destroy(tiny, Answer())


def broken_at(when: str) -> dict[str, Any]:
    provisioner = {"local-exec": {"command": "exit 3", **({"when": when} if when else {})}}
    resource = {"input": "a word", "provisioner": [provisioner]}
    return {**WORD, "resource": {"terraform_data": {"it": resource}}}


@pytest.mark.server
def test_without_the_secret_entry_nothing_is_begun(tiny: Tiny, aws: Server) -> None:
    name = f"credentials-{uuid.uuid4().hex[:8]}"
    tiny.write(
        {
            **WORD,
            "provider": {"aws": [{"region": REGION}]},
            "data": {"aws_secretsmanager_secret": {"it": {"name": name}}},
        }
    )
    with pytest.raises(Problem, match=f"secret entry {name} does not exist"):
        deploy(tiny, Answer())
    assert not (tiny.project.stack(STACK) / ".terraform").exists()


@pytest.mark.server
def test_without_the_bucket_of_the_state_it_is_said_how_to_make_it(
    tiny: Tiny, aws: Server, backend: Backend
) -> None:
    tiny.keep_states_in(backend)
    for command in (deploy, destroy):
        with pytest.raises(
            Problem, match=f"the bucket {backend.bucket} of backend.tf does not exist"
        ) as caught:
            command(tiny, Answer())
        assert caught.value.fix == "pipenv run holdfast bootstrap"
    assert not (tiny.project.stack(STACK) / ".terraform").exists()
