"""Tables, and what of them has to be the same in every run."""

from __future__ import annotations

from functools import partial

from tests.rotation_matrix import runner
from tests.rotation_matrix.table import Row, Section, Table, merged, problems, verdicts


def _same(row: Row) -> Row:
    return row


def section(*rows: Row, alone: bool = False) -> Section:
    return Section(
        title="Faults",
        text="What happens.",
        header=("Fault", "Seconds*", "Result"),
        jobs=tuple(partial(_same, row) for row in rows),
        alone=alone,
    )


def table(*rows: Row, title: str = "Faults") -> Table:
    return Table(title=title, text="What happens.", header=("Fault", "Seconds*", "Result"), rows=rows)


def test_the_document() -> None:
    assert table(Row(cells=("a|b\nc", "1.5", "recovers"))).markdown() == (
        "## Faults\n\nWhat happens.\n\n"
        "| Fault | Seconds* | Result |\n| ----- | -------- | ------ |\n| a\\|b c | 1.5 | recovers |\n"
    )


def test_the_text_is_aligned() -> None:
    assert table(Row(cells=("a longer one", "1.5", "recovers"))).aligned() == (
        "Faults\n  Fault         Seconds*  Result\n  a longer one  1.5       recovers\n"
    )


def test_what_is_measured_is_no_verdict() -> None:
    first, other = (
        f"Head\n\n- took {seconds} s.*\n\n{table(Row(cells=('a|b', str(seconds), 'recovers'))).markdown()}"
        for seconds in (1, 22)
    )
    assert first != other
    assert verdicts(first) == verdicts(other)
    assert "| a\\|b | recovers |" in verdicts(first)


def test_everything_else_is_one() -> None:
    document = table(Row(cells=("a", "1", "recovers"))).markdown()
    for old, new in (
        ("recovers", "DEAD END"),
        ("| a |", "| b |"),
        ("What happens", "Something"),
        ("Result", "End"),
    ):
        assert verdicts(document) != verdicts(document.replace(old, new))
    twice = table(Row(cells=("a", "1", "recovers")), Row(cells=("a", "1", "recovers"))).markdown()
    assert verdicts(document) != verdicts(twice)


def test_tables_of_one_title_become_one() -> None:
    first, other, last = (Row(cells=(name, "1", "")) for name in "abc")
    tables = merged([table(first), table(other, title="Deliveries"), table(last)])
    assert [(one.title, one.rows) for one in tables] == [("Faults", (first, last)), ("Deliveries", (other,))]


def test_problems_are_told_with_their_row() -> None:
    found = problems([table(Row(cells=("a", "1", "")), Row(cells=("b", "2", ""), problem="DEAD END"))])
    assert found == ["Faults: b / 2: DEAD END"]


def test_rows_keep_their_order_and_one_that_breaks_is_a_problem() -> None:
    def breaks() -> Row:
        raise RuntimeError("no server")

    good = section(Row(cells=("a", "1", "recovers")), Row(cells=("b", "2", "recovers")))
    bad = Section(title="Broken", text="", header=("Fault",), jobs=(breaks,), alone=True)
    lines: list[str] = []
    tables = runner.run([good, bad], places=2, show=lines.append)
    assert [row.cells[0] for row in tables[0].rows] == ["a", "b"]
    assert problems(tables) == ["Broken: : the matrix: RuntimeError: no server"]
    assert "  problem: : the matrix: RuntimeError: no server" in lines
    assert lines[-1] == "     3 of 3 rows, 1 with a problem"
