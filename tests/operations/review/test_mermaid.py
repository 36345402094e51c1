"""The graph of what changes."""

from __future__ import annotations

from operations.review.mermaid import MOST_EDGES, MOST_NODES, graph
from tests.fixtures.plans import systems
from tests.operations.plans.building import change
from tests.operations.review.reporting import report_about, report_on


def test_changes_by_module_with_their_references() -> None:
    (plan,) = report_on("first-deployment").plans
    lines = graph(plan)
    assert lines[0] == "flowchart LR"
    assert any('subgraph g0["database"]' in line for line in lines)
    assert sum("-->" in line for line in lines) == 4
    assert any("database_instance<br/>aws_db_instance" in line and line.endswith(":::adds") for line in lines)
    assert any("classDef adds " in line for line in lines)


def test_a_single_change_needs_no_graph() -> None:
    assert graph(report_on("deletion-protection-off").plans[0]) == []


def test_a_large_graph_shows_the_worst() -> None:
    (plan,) = report_on("three-hundred-resources").plans
    lines = graph(plan)
    nodes = [line for line in lines if ":::" in line]
    assert len(nodes) == MOST_NODES
    assert sum(line.endswith(":::destroys_data") for line in nodes) == 4
    assert len("\n".join(lines)) < 20_000
    assert MOST_EDGES < 500


def test_a_name_cannot_leave_its_label() -> None:
    evil = 'aws_x.y["\\"] --> evil; %% <script>"]'
    found = report_about(change(evil, "create", after={}), change("aws_x.z", "create", after={}))
    (line,) = [line for line in graph(found.plans[0]) if "script" in line]
    assert line.count('"') == 2
    assert "-->" not in line.replace("__>", "")
    assert "<script" not in line


def test_a_long_address_is_short_in_the_graph() -> None:
    long = change(f'aws_x.y["{"k" * 500}"]', "create", after={})
    lines = graph(report_about(long, change("aws_x.z", "create", after={})).plans[0])
    assert max(map(len, lines)) < 200
    assert systems.SECRET not in "".join(lines)
