"""The whole matrix: its servers, its tables, and the document that is made of them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.functions.server import PostgreSQLServer, running
from tests.rotation_matrix import conditions, deliveries, endurance, every_call, runner
from tests.rotation_matrix.faults import BY_HAND
from tests.rotation_matrix.leaks import passwords_in
from tests.rotation_matrix.machine import Machine, folder
from tests.rotation_matrix.secrets_manager import SecretsManager
from tests.rotation_matrix.table import MEASURED, Table, problems
from tests.rotation_matrix.world import Stage

PLACES = 4 * (os.cpu_count() or 1)
"""Most of the time a scenario waits for a process to start or to answer."""

HEAD = """# Rotation matrix

What becomes of a rotation when something goes wrong: each strategy of the rotation function with each fault, on real PostgreSQL
servers, with moto's Secrets Manager that has AWS's semantics ([tests/rotation_matrix](../tests/rotation_matrix)). Made by

    make rotation-matrix

`make test` runs it, too, and fails when a row has a dead end or when the verdicts here are not those of the run. What ends with
`*` is measured or told by others, and differs from run to run.

How to read it:

- **Same token**: Secrets Manager tries the rotation again, all four steps. **New token**: it has given up, and a new rotation
  begins: AWSPENDING moves to a new version. Both must succeed at the first attempt, or the row has a **DEAD END**. Then the
  secret goes on to another row, and has to rotate there.
- **AWSCURRENT logs in**: who may log in is looked at after everything that changes something: before that, nothing can be
  different. `always`, or from which step on again. With a single user there is always a gap between the step that sets the
  password and the one that makes its version current. With alternating users there may be none, whatever happens; except when
  somebody changes the credential itself by hand.
- **A labelled version**: whether any of AWSCURRENT, AWSPENDING and AWSPREVIOUS logs in. When not, the password that works is in a
  version without a label, where the function finds it.
- **Failed logins** are those that PostgreSQL refuses because of the credential (SQLSTATE class 28). A server that is gone refuses
  nothing.
- **The function says**: the kind of failure in its log.
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run has shown.

    Args:
        tables: with all rows.
        logs: bytes of logs that were searched.
        passwords: how many were looked for.
        leaks: where passwords are.
        verifiers: how many statements with a verifier the servers have logged.
        seconds: of the run.
    """

    tables: list[Table]
    logs: int
    passwords: int
    leaks: list[str]
    verifiers: int
    seconds: float

    @property
    def problems(self) -> list[str]:
        """Everything that may not be."""
        found = problems(self.tables) + [f"a password is in {place}" for place in self.leaks]
        if not self.verifiers:
            found.append(
                "the servers have not logged what changes passwords: nothing can be said about leaks"
            )
        return found

    def markdown(self) -> str:
        """The document."""
        rows = sum(len(table.rows) for table in self.tables)
        summary = (
            f"- Rows: {rows}. Rows with a dead end, or with a failed login of alternating users: {len(problems(self.tables))}.",
            f"- Passwords in the logs of the servers (`log_statement = all`) and of the function: {len(self.leaks)}.",
            f"- Looked for: {self.passwords} passwords, in {self.logs / 1e6:.1f} MB of logs.{MEASURED}",
            f"- Statements in these logs that change a password: {self.verifiers}.{MEASURED}",
            f"- The run took {self.seconds:.0f} s.{MEASURED}",
        )
        return "\n".join([HEAD, "## Summary", "", *summary, "", *(table.markdown() for table in self.tables)])


def run(show: Callable[[str], None]) -> Result:
    """Start the servers, and run everything.

    Args:
        show: prints a line.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="rotation-logs-") as logs,
        folder() as home,
        running(home) as server,
        Machine.running() as machine,
        SecretsManager().running() as manager,
    ):
        show(f"PostgreSQL and Secrets Manager run; {PLACES} scenarios at a time")
        stage = Stage(server, manager, Path(logs), PLACES)
        own = Stage(machine.server, manager, Path(logs))
        sections = [
            endurance.section(stage),
            deliveries.section(stage),
            *conditions.sections(stage, own, machine),
            *every_call.sections(stage),
        ]
        tables = runner.run(sections, places=PLACES, show=show)
        tables += runner.run([endurance.last_section(stage, own)], places=PLACES, show=show)
        servers: tuple[PostgreSQLServer, ...] = (server, machine.server, machine.standby)
        written = [server.log for server in servers]
        files = [*written, *Path(logs).iterdir()]
        passwords = manager.passwords() | {BY_HAND}
        return Result(
            tables=tables,
            logs=sum(file.stat().st_size for file in files),
            passwords=len(passwords),
            leaks=passwords_in(files, passwords),
            verifiers=sum(file.read_bytes().count(b"PASSWORD 'SCRAM-SHA-256$") for file in written),
            seconds=time.monotonic() - began,
        )
