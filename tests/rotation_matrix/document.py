"""The document that shows the matrix, and the part of it that belongs to one strategy."""

from __future__ import annotations

from collections.abc import Sequence

from tests.rotation_matrix.endurance import LAST, ROTATIONS
from tests.rotation_matrix.matrix import Part
from tests.rotation_matrix.strategies import STRATEGIES, Strategy
from tests.rotation_matrix.table import MEASURED, Table, merged, problems

HEAD = """# Rotation matrix

What happens to a rotation when something goes wrong: each strategy of the rotation function is tried with each fault, on real
PostgreSQL servers, with moto's Secrets Manager, given the semantics of AWS ([tests/rotation_matrix](../tests/rotation_matrix)).
Made by

    make rotation-matrix

`make test` runs it too, and fails if a row has a dead end, or if a verdict here is not that of the run. Columns and lines that
end with `*` are measured, or quote messages, and differ from run to run.

How to read it:

- **Same token**: Secrets Manager tries the rotation again, all four steps. **New token**: it has given up, and a new rotation
  begins: AWSPENDING moves to a new version. Both must succeed at the first attempt, or the row has a **DEAD END**. Then the
  secret goes on to another row, and has to rotate there.
- **AWSCURRENT logs in**: tried after every change, because nothing can be different before the first one. `always`, or after
  which step again. With a single user there is always a gap between the step that sets the password and the one that makes its
  version current. With alternating users there must be none, unless somebody changes the credential itself by hand.
- **A labelled version**: whether any of AWSCURRENT, AWSPENDING and AWSPREVIOUS logs in. If not, the working password is in a
  version without a label, where the function finds it.
- **Failed logins** are those that PostgreSQL refuses because of the credential (SQLSTATE class 28). A server that is down refuses
  nothing.
- **The function says**: the kind of failure in its log.
"""


def tables(parts: Sequence[Part]) -> list[Table]:
    """The tables of all strategies, those of one title made one."""
    found = merged(table for part in parts for table in part.tables)
    return sorted(found, key=lambda table: table.title == LAST)  # stable: otherwise as they were


def document(parts: Sequence[Part]) -> str:
    """Everything, as Markdown."""
    summary = [line for part in parts for line in _summary(part)]
    return "\n".join([HEAD, "## Summary", "", *summary, "", *(table.markdown() for table in tables(parts))])


def only(text: str, strategy: Strategy) -> str:
    """What a document says of one strategy: without the sections, lines of the summary and rows of others."""
    others = [other.name for other in STRATEGIES if other is not strategy]
    sections = text.split("\n## ")
    titles = tuple(f"{other.capitalize()}: " for other in others)
    starts = tuple(start for other in others for start in (f"| {other} |", f"- {other.capitalize()}: "))
    kept = [
        "\n".join(line for line in section.split("\n") if not line.startswith(starts))
        for section in sections
        if not section.startswith(titles)
    ]
    return "\n## ".join(kept)


def _summary(part: Part) -> list[str]:
    name = part.strategy.capitalize()
    promise = (
        f"{part.refused} failed logins with AWSCURRENT, through {ROTATIONS} rotations and all faults"
        if part.always_open
        else "a gap in each rotation, measured below"
    )
    proof = (
        f"{part.rows} rows, {len(problems(part.tables))} with a dead end; {promise}; {len(part.leaks)} passwords in the logs of "
        "the servers (`log_statement = all`) and of the function."
    )
    measured = (
        f"{part.refused} of {part.logins} logins with AWSCURRENT failed. {part.passwords} passwords were looked for in "
        f"{part.logs / 1e6:.1f} MB of logs, with {part.verifiers} statements that change one. {part.seconds:.0f} s.{MEASURED}"
    )
    return [f"- {name}: {proof}", f"- {name}: {measured}"]
