"""The guide says what the workflows need: their variables, and roles that trust these jobs and no others."""

from __future__ import annotations

import json
import re

from operations.drift import keeping
from operations.state import places
from tests.workflows.guide import GUIDE, document, documents
from tests.workflows.workflows import workflows

REPOSITORY = "repo:acme/data-tier"


def subjects() -> list[set[str]]:
    """Whom each trust policy of the guide trusts."""
    found = []
    for policy in documents():
        for statement in policy["Statement"]:
            if statement["Action"] == "sts:AssumeRoleWithWebIdentity":
                equal = statement["Condition"]["StringEquals"]
                assert equal["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
                subject = equal["token.actions.githubusercontent.com:sub"]
                found.append({subject} if isinstance(subject, str) else set(subject))
    return found


def test_every_variable_is_explained() -> None:
    used = {
        name
        for workflow in workflows()
        for name in re.findall(r"\bvars\.(\w+)", workflow.path.read_text(encoding="utf-8"))
    }
    assert used == set(re.findall(r"^ *\| `(HOLDFAST_\w+)` \|", GUIDE.text, re.MULTILINE))


def test_every_workflow_is_explained() -> None:
    assert {workflow.path.name for workflow in workflows()} == set(
        re.findall(r"^\| `([\w-]+\.yml)` \|", GUIDE.text, re.MULTILINE)
    )


def test_the_roles_trust_the_jobs_that_ask_for_them() -> None:
    plan, apply = subjects()
    assert plan == {f"{REPOSITORY}:pull_request", f"{REPOSITORY}:ref:refs/heads/main"}
    assert apply == {f"{REPOSITORY}:environment:prod"}
    for workflow in workflows():
        for job in workflow.jobs.values():
            for step in job["steps"]:
                role = step.get("with", {}).get("role-to-assume")
                if role is not None:
                    # What GitHub says of a job with an environment is that environment, and nothing else.
                    assert ("environment" in job) == (role == "${{ vars.HOLDFAST_APPLY_ROLE }}")


def test_nobody_is_trusted_by_a_pattern() -> None:
    assert all("*" not in subject for subject in set().union(*subjects()))


def test_the_role_that_reads_writes_locks_and_what_drift_was_seen_and_nothing_else() -> None:
    writes = {
        statement["Sid"]: statement["Resource"]
        for statement in document("StatesAndTheirLocks")["Statement"]
        if re.search(r":(Put|Delete|Create|Update)", json.dumps(statement["Action"]))
    }
    assert set(writes) == {"LockFiles", "LockTable", "HistoryOfDrift"}
    assert writes["LockFiles"].endswith(places.LOCK_FILE.removeprefix(places.STATE))
    assert writes["HistoryOfDrift"].endswith(f"/*{keeping.ENDING}")


def test_the_session_that_apply_asks_for_is_named() -> None:
    (apply,) = (each for each in workflows() if str(each) == "apply")
    (seconds,) = (
        step["with"]["role-duration-seconds"]
        for _, step in apply.steps()
        if "role-duration-seconds" in step.get("with", {})
    )
    assert f"({seconds:,} s)" in GUIDE.text
