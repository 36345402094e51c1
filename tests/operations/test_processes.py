"""Programs are run with their lines passed on, logged, and an interrupt handed over once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operations.processes import stream

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_lines_are_shown_returned_and_logged_without_colours(tmp_path: Path) -> None:
    shown: list[str] = []
    log = tmp_path / "logs" / "it.log"
    code, output = stream(
        [
            sys.executable,
            "-c",
            r"import sys; print('\x1b[1mone\x1b[0m'); sys.stderr.write('two\n'); sys.exit(3)",
        ],
        cwd=tmp_path,
        log=log,
        show=shown.append,
    )
    assert code == 3
    assert sorted(shown) == ["one", "two"]
    assert output.splitlines() == shown
    assert log.read_text(encoding="utf-8").splitlines()[1:] == shown


def test_a_log_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    for word in ("first", "second"):
        stream(["echo", word], cwd=tmp_path, log=log)
    assert log.read_text(encoding="utf-8").splitlines() == [
        "$ echo first",
        "first",
        "$ echo second",
        "second",
    ]


def test_the_environment_is_the_one_given(tmp_path: Path) -> None:
    _, output = stream(["/usr/bin/env"], cwd=tmp_path, environ={"ONLY": "this"})
    assert "ONLY=this" in output.splitlines()
    assert not any(line.startswith("HOME=") for line in output.splitlines())


COUNTING = """
import signal, time
times = []
signal.signal(signal.SIGINT, lambda *_: times.append(1))
print("ready", flush=True)
while not times: time.sleep(0.02)
time.sleep(0.25)
print("interrupts:", len(times), flush=True)
"""

OUTER = """
import signal, sys, time
from pathlib import Path
from operations.processes import stream

# The tests may run where these are ignored, as under nohup.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, {hangup})

def show(line):
    print(line, flush=True)
    time.sleep({pause})  # most of the time it is not the program that is waited for

try:
    stream([sys.executable, {counting!r}], cwd=Path("."), log=Path({log!r}), show=show)
except KeyboardInterrupt:
    print("interrupted")
    sys.exit(130)
"""


@contextmanager
def started(outer: Path) -> Iterator[subprocess.Popen[str]]:
    """The outer program, once the inner one is ready."""
    with subprocess.Popen(
        [sys.executable, outer],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


@pytest.mark.parametrize("pause", [0, 0.2], ids=["while it waits for a line", "while it shows a line"])
@pytest.mark.parametrize(
    ("sent", "exit_code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP)],
    ids=["interrupt", "end", "closed terminal"],
)
def test_an_interrupt_reaches_the_program_once_and_is_waited_for(
    tmp_path: Path, sent: signal.Signals, exit_code: int, pause: float
) -> None:
    """Terraform stops in order at the first signal, and leaves its lock behind at a second one."""
    counting, outer, log = tmp_path / "counting.py", tmp_path / "outer.py", tmp_path / "it.log"
    counting.write_text(COUNTING, encoding="utf-8")
    outer.write_text(
        OUTER.format(counting=str(counting), log=str(log), pause=pause, hangup="signal.SIG_DFL"),
        encoding="utf-8",
    )
    with started(outer) as process:
        os.killpg(process.pid, sent)  # what a terminal does
        time.sleep(0.05)
        os.killpg(process.pid, sent)  # somebody is impatient
        assert process.stdout is not None
        shown = process.stdout.read()
    assert process.returncode == exit_code
    assert log.read_text(encoding="utf-8").splitlines()[1:] == ["ready", "interrupts: 1"]
    assert ("interrupts: 1" in shown) is (sent != signal.SIGHUP)
    assert ("interrupted" in shown) is (sent == signal.SIGINT)


def test_what_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """A deployment under nohup goes on when its terminal is closed."""
    ending, outer, log = tmp_path / "ending.py", tmp_path / "outer.py", tmp_path / "it.log"
    ending.write_text("import time\nprint('ready', flush=True)\ntime.sleep(0.2)\nprint('done')\n")
    outer.write_text(OUTER.format(counting=str(ending), log=str(log), pause=0, hangup="signal.SIG_IGN"))
    with started(outer) as process:
        os.killpg(process.pid, signal.SIGHUP)
        assert process.stdout is not None
        assert process.stdout.read() == "done\n"
    assert process.returncode == 0


def test_the_handlers_of_before_are_there_again(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    stream(["true"], cwd=tmp_path)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before
