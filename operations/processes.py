"""Run a program, pass on its lines as they come, and keep all of them in a log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def stream(
    command: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str] | None = None,
    log: Path | None = None,
    show: Callable[[str], None] | None = None,
) -> tuple[int, str]:
    """Run a program to its end.

    An interrupt is passed on to the program once, and waited for: Terraform then stops in order and releases
    its lock, where a second signal would make it leave both.

    Args:
        command: program and arguments.
        cwd: folder to run in.
        environ: its environment, the process's unless given.
        log: file to which every line is added.
        show: called with every line, without colours.

    Returns:
        The exit code, and all that was printed.

    Raises:
        KeyboardInterrupt: after the program has ended, when the person interrupted.
    """
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    # A session of its own: otherwise the terminal would interrupt the program a second time.
    with (
        subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(os.environ if environ is None else environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process,
        (log or Path(os.devnull)).open("a", encoding="utf-8") as kept,
    ):
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        kept.write(f"$ {' '.join(command)}\n")
        interrupted = False
        while True:
            try:
                line = process.stdout.readline()
            except KeyboardInterrupt:
                if not interrupted:
                    interrupted = True
                    os.killpg(process.pid, signal.SIGINT)
                continue
            if not line:
                break
            plain = _COLOURS.sub("", line.rstrip("\n"))
            lines.append(plain)
            kept.write(plain + "\n")
            if show is not None:
                show(plain)
        code = process.wait()
    if interrupted:
        raise KeyboardInterrupt
    return code, "\n".join(lines)
