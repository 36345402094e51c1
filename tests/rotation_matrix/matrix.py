"""All tables of a strategy: its servers, its faults, and what is in the logs then."""

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
from tests.rotation_matrix.strategies import Strategy
from tests.rotation_matrix.table import Table, problems
from tests.rotation_matrix.world import Stage

PLACES = 2 * (os.cpu_count() or 1)
"""Most of the time a scenario waits for others."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a run has shown of a strategy.

    Args:
        strategy: its name.
        always_open: whether it promises that AWSCURRENT logs in at every moment.
        tables: with all rows.
        logins: with AWSCURRENT, but not while somebody shut clients out by hand.
        refused: how many of them were refused.
        logs: bytes of logs that were searched.
        passwords: how many were looked for.
        leaks: where passwords are.
        verifiers: how many statements with a verifier the servers have logged.
        seconds: of the run.
    """

    strategy: str
    always_open: bool
    tables: list[Table]
    logins: int
    refused: int
    logs: int
    passwords: int
    leaks: list[str]
    verifiers: int
    seconds: float

    @property
    def rows(self) -> int:
        """How many."""
        return sum(len(table.rows) for table in self.tables)

    @property
    def problems(self) -> list[str]:
        """Everything that may not be."""
        found = problems(self.tables) + [f"a password is in {place}" for place in self.leaks]
        if self.always_open and self.refused:
            found.append(f"{self.refused} of {self.logins} logins with AWSCURRENT were refused")
        if not self.verifiers:
            found.append(
                "the servers have not logged what changes passwords: nothing can be said about leaks"
            )
        return [f"{self.strategy}: {problem}" for problem in found]


def run(strategy: Strategy, show: Callable[[str], None]) -> Part:
    """Start the servers, and run everything.

    Args:
        strategy: of the function.
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
            endurance.section(stage, strategy),
            deliveries.section(stage, strategy),
            *conditions.sections(stage, own, machine, strategy),
            *every_call.sections(stage, strategy),
        ]
        tables = runner.run(sections, places=PLACES, show=show)
        tables += runner.run([endurance.last_section(strategy, stage, own)], places=PLACES, show=show)
        servers: tuple[PostgreSQLServer, ...] = (server, machine.server, machine.standby)
        written = [server.log for server in servers]
        files = [*written, *Path(logs).iterdir()]
        passwords = manager.passwords() | {BY_HAND}
        answers = [answer for place in (stage, own) for answer in place.answers[strategy.name]]
        return Part(
            strategy=strategy.name,
            always_open=strategy.always_open,
            tables=tables,
            logins=len(answers),
            refused=answers.count("refused"),
            logs=sum(file.stat().st_size for file in files),
            passwords=len(passwords),
            leaks=passwords_in(files, passwords),
            verifiers=sum(file.read_bytes().count(b"PASSWORD 'SCRAM-SHA-256$") for file in written),
            seconds=time.monotonic() - began,
        )
