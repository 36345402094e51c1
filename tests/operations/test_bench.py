"""The benchmark's arithmetic, its tables, and that it measures what it says. Nothing is timed here."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typer.testing import CliRunner

from operations import app, bench
from operations.bench import Comparison, Growth, Measurement
from operations.failure import Failed
from operations.project import Project
from tests import growing

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

LINEAR = Growth(empty=0.1, seconds={50: 0.2, 200: 0.5, 1000: 2.1})


def lines(table: Table) -> list[str]:
    console = Console(width=120)
    with console.capture() as printed:
        console.print(table)
    return [" ".join(line.split()) for line in printed.get().splitlines()]


def test_the_ratio_is_how_many_times_faster() -> None:
    assert Comparison(name="synthesis", plain=12.0, ours=0.8).ratio == pytest.approx(15)


def test_a_resource_costs_what_it_adds_to_an_empty_stack() -> None:
    assert [LINEAR.each(size) for size in LINEAR.seconds] == [pytest.approx(2)] * 3


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (2.1, "Growth is linear: a resource of 1000 costs 1.00 times one of 50."),
        (1.1, "Growth is linear: a resource of 1000 costs 0.50 times one of 50."),
        (2.59, "Growth is linear: a resource of 1000 costs 1.24 times one of 50."),
        (4.1, "Growth is more than linear: a resource of 1000 costs 2.00 times one of 50."),
    ],
)
def test_growth_is_linear_when_a_resource_costs_the_same_in_every_size(last: float, verdict: str) -> None:
    assert Growth(empty=0.1, seconds={50: 0.2, 200: 0.5, 1000: last}).verdict == verdict


def test_the_table_of_comparisons() -> None:
    rows = [
        Comparison(name="import", plain=9.876, ours=0.5),
        Comparison(name="synthesis", plain=12, ours=0.8),
    ]
    assert lines(bench.comparison_table(rows)) == [
        "plain import ours faster",
        "import 9.88 s 0.50 s 19.8 times",
        "synthesis 12.00 s 0.80 s 15.0 times",
    ]


def test_the_table_of_growth() -> None:
    assert lines(bench.growth_table(LINEAR)) == [
        "resources synthesis for each",
        "0 0.10 s",
        "50 0.20 s 2.00 ms",
        "200 0.50 s 2.00 ms",
        "1,000 2.10 s 2.00 ms",
    ]


def test_rounds_alternate_and_the_first_does_not_count() -> None:
    order: list[str] = []
    times = {"plain": iter([99.0, 3.0, 9.0, 5.0]), "ours": iter([99.0, 1.0, 2.0, 1.5])}

    def timed(name: str) -> Measurement:
        def once() -> float:
            order.append(name)
            return next(times[name])

        return Measurement(name=name, time=once)

    assert bench.measure([timed("plain"), timed("ours")], runs=3) == [5.0, 1.5]
    assert order == ["plain", "ours"] * 4


def test_a_program_gets_its_variables_and_compiled_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("KEPT", "yes")
    script = "import json, os; print(json.dumps([dict(os.environ), os.getcwd()]))"
    environ, folder = json.loads(bench.output_of(Project(root=tmp_path), ("-c", script), LAZY_BINDINGS="0"))
    assert folder == os.path.realpath(tmp_path)
    assert environ["LAZY_BINDINGS"] == "0"
    assert environ["KEPT"] == "yes"
    assert "PYTHONDONTWRITEBYTECODE" not in environ


def test_a_program_that_fails_ends_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"python -c .* failed \(exit code 3\)\n\nbroken"):
        bench.output_of(
            Project(root=tmp_path), ("-c", "import sys; print('broken', file=sys.stderr); sys.exit(3)")
        )


def test_the_command_measures_every_program_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, str | None]] = []

    def output_of(project: Project, arguments: tuple[str, ...], **environ: str) -> str:
        calls.append((arguments[1] if arguments[0] == "-m" else arguments[0], environ.get("LAZY_BINDINGS")))
        return "0.1" if arguments[0] != "-m" else str(0.1 + int(arguments[2]) / 500)

    monkeypatch.setattr(bench, "output_of", output_of)
    done = CliRunner().invoke(app.app, ["bench", "--runs", "2"])
    assert done.exit_code == 0, done.output
    both_ways = [("-c", "0"), ("-c", "1"), ("main.py", "0"), ("main.py", "1")]
    assert calls == [*both_ways, *[("tests.growing", None)] * 4] * 3
    assert "synthesize citizen-data" in done.output
    assert "Growth is linear: a resource of 1000 costs 1.00 times one of 50." in done.output


def test_a_number_of_runs_below_one_is_refused() -> None:
    assert CliRunner().invoke(app.app, ["bench", "--runs", "0"]).exit_code == 2


@pytest.mark.parametrize("resources", [0, 1, 25])
def test_the_growing_system_has_as_many_resources_as_asked_for(tmp_path: Path, resources: int) -> None:
    assert growing.synthesize(resources, str(tmp_path)) > 0
    document = json.loads((tmp_path / "stacks/growing/cdk.tf.json").read_bytes())
    assert sum(len(found) for found in document.get("resource", {}).values()) == resources


def test_its_resources_refer_to_each_other(tmp_path: Path) -> None:
    growing.synthesize(13, str(tmp_path))
    resources = json.loads((tmp_path / "stacks/growing/cdk.tf.json").read_bytes())["resource"]
    assert resources["aws_cloudwatch_metric_alarm"]["resource-12"]["alarm_actions"] == [
        "${aws_sns_topic.resource-10.arn}"
    ]
