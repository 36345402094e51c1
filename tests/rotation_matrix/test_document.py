"""The document, and what it says of one strategy."""

from __future__ import annotations

import pytest

from tests.rotation_matrix.__main__ import DOCUMENT
from tests.rotation_matrix.document import document, only, tables
from tests.rotation_matrix.endurance import LAST
from tests.rotation_matrix.matrix import Part
from tests.rotation_matrix.strategies import ALTERNATING_USERS, SINGLE_USER, STRATEGIES, Strategy
from tests.rotation_matrix.table import Row, Table, verdicts


def table(title: str, *cells: str) -> Table:
    return Table(
        title=title,
        text="What happens.",
        header=("Strategy", "Verdict", "Failed logins*"),
        rows=(Row(cells=cells),),
    )


def part(strategy: Strategy, *, refused: int = 0, verdict: str = "recovers") -> Part:
    return Part(
        strategy=strategy.name,
        always_open=strategy.always_open,
        tables=[
            table("Deliveries", strategy.name, verdict, "3"),
            Table(
                title=f"{strategy.name.capitalize()}: the function is killed",
                text="With SIGKILL.",
                header=("Step", "Verdict"),
                rows=(Row(cells=("setSecret", verdict)),),
            ),
            table(LAST, strategy.name, verdict, "0"),
        ],
        logins=100,
        refused=refused,
        logs=1_000_000,
        passwords=50,
        leaks=[],
        verifiers=50,
        seconds=60.0,
    )


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.name)
def test_each_strategy_is_compared_with_its_own_part(strategy: Strategy) -> None:
    whole = document([part(other) for other in STRATEGIES])
    assert verdicts(only(whole, strategy)) == verdicts(document([part(strategy)]))
    changed = document([part(other, verdict="DEAD END") for other in STRATEGIES])
    assert verdicts(only(changed, strategy)) != verdicts(document([part(strategy)]))


def test_the_last_table_has_both_strategies() -> None:
    titles = [one.title for one in tables([part(strategy) for strategy in STRATEGIES])]
    assert titles[0] == "Deliveries"
    assert titles[-1] == LAST
    assert len(titles) == len(set(titles)) == 4


def test_a_failed_login_is_a_problem_of_alternating_users_only() -> None:
    assert part(SINGLE_USER, refused=7).problems == []
    assert part(ALTERNATING_USERS).problems == []
    assert part(ALTERNATING_USERS, refused=1).problems == [
        "alternating users: 1 of 100 logins with AWSCURRENT were refused"
    ]
    assert "0 failed logins with AWSCURRENT" in document([part(ALTERNATING_USERS)])


def test_what_is_committed_has_both_and_no_dead_end() -> None:
    committed = DOCUMENT.read_text(encoding="utf-8")
    assert "DEAD END" not in committed.partition("## Summary")[2]
    for strategy in STRATEGIES:
        assert f"- {strategy.name.capitalize()}: " in committed
        assert f"| {strategy.name} | 50 |" in committed
