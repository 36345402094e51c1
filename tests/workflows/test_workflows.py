"""Expressions come to what GitHub makes of them, for the tests that run the workflows."""

from __future__ import annotations

from tests.workflows.workflows import Contexts, workflow

CONTEXTS = Contexts(
    {"vars": {"ROLES": '{"prod": "arn"}'}, "matrix": {"environment": "prod"}, "github": {"event": {}}}
)


def test_texts_are_filled() -> None:
    assert CONTEXTS.filled(
        {"a": "plan ${{ matrix.environment }}!", "b": "${{ vars.NONE || 'it' }}", "c": "x"}
    ) == {
        "a": "plan prod!",
        "b": "it",
        "c": "x",
    }
    assert CONTEXTS.filled({"a": "${{ fromJSON(vars.ROLES)[matrix.environment] }}"}) == {"a": "arn"}
    assert CONTEXTS.filled({"a": "${{ github.event.pull_request.base.sha }}"}) == {"a": ""}


def test_conditions_need_success_unless_they_say_otherwise() -> None:
    failed = Contexts(CONTEXTS.values, "failure")
    assert CONTEXTS.holds(None)
    assert not failed.holds(None)
    assert CONTEXTS.holds("vars.ROLES != ''")
    assert not failed.holds("vars.ROLES != ''")
    assert failed.holds("${{ !cancelled() }}")
    assert failed.holds("${{ !cancelled() && matrix.environment == 'prod' }}")
    assert not failed.holds("${{ !cancelled() && matrix.environment == 'dev' }}")


def test_on_is_a_word_and_true_is_none() -> None:
    assert list(workflow("apply").content)[:2] == ["name", "on"]
    assert workflow("drift").jobs["drift"]["strategy"]["fail-fast"] is False
