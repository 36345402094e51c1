"""The server as a process: what keeps it from starting is one line and an exit code."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.localcloud.server import Server, free_port, start

pytestmark = pytest.mark.server


def serve(directory: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "localcloud.server", "--port", str(port), "--directory", str(directory)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_second_one_of_a_folder_ends(local_aws: Server) -> None:
    done = serve(local_aws.directory, free_port())
    assert done.returncode == 1
    assert done.stderr == f"another local AWS serves {local_aws.directory}\n"


def test_a_second_one_on_a_port_ends(local_aws: Server, tmp_path: Path) -> None:
    done = serve(tmp_path, int(local_aws.endpoint.rpartition(":")[2]))
    assert done.returncode == 1
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_when_it_is_told_to(tmp_path: Path, end: signal.Signals) -> None:
    server = start(tmp_path)
    server.process.send_signal(end)
    assert server.process.wait(timeout=60) == 0
    assert (tmp_path / "state.pickle").is_file()
