"""What in the local AWS is real and what is emulated, as it is printed at every start."""

from __future__ import annotations

import importlib.metadata
import platform

from localcloud import postgres_machine


def services() -> dict[str, str]:
    """Return, by service, one line that says what to expect of it."""
    moto = importlib.metadata.version("moto")
    found = postgres_machine.installed()
    database = (
        f"each PostgreSQL instance or cluster is a real server (PostgreSQL {found.version}, TLS); "
        "snapshots hold the data; standby, readers and metrics are emulated"
        if found
        else "emulated, with an address that leads nowhere: PostgreSQL (initdb, pg_ctl) is not installed here"
    )
    return {
        "RDS": database,
        "Lambda": f"runs the deployed package in a process (Python {platform.python_version()}), without the VPC",
        "Secrets Manager": "emulated; a rotation calls the four steps of its function, again after a failure",
        "all other": f"emulated by moto {moto}: IAM allows everything, plans start no backups, alarms see no metrics",
    }
