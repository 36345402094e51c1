"""Programs are run with their lines passed on, logged, and an interrupt handed over once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from operations.processes import stream

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


def test_an_interrupt_reaches_the_program_once_and_is_waited_for(tmp_path: Path) -> None:
    """Terraform stops in order at the first signal, and leaves its lock behind at a second one."""
    counting = tmp_path / "counting.py"
    counting.write_text(
        "import signal, sys, time\n"
        "times = []\n"
        "signal.signal(signal.SIGINT, lambda *_: times.append(1))\n"
        "print('ready', flush=True)\n"
        "while not times: time.sleep(0.05)\n"
        "time.sleep(0.5)\n"
        "print('interrupts:', len(times), flush=True)\n",
        encoding="utf-8",
    )
    outer = tmp_path / "outer.py"
    outer.write_text(
        "import sys\nfrom pathlib import Path\nfrom operations.processes import stream\n"
        "try:\n"
        f"    stream([sys.executable, {str(counting)!r}], cwd=Path('.'), show=lambda line: print(line, flush=True))\n"
        "except KeyboardInterrupt:\n    print('interrupted')\n    sys.exit(130)\n",
        encoding="utf-8",
    )
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
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does at Ctrl-C
        time.sleep(0.1)
        rest = process.stdout.read()
    assert rest == "interrupts: 1\ninterrupted\n"
    assert process.returncode == 130
