"""Run a program, pass on its lines as they come, and keep all of them in a log."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
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

    The first interrupt (Ctrl-C, an end that is asked for, a terminal that is closed) is passed on to the program, and
    its end is waited for: Terraform then stops in order and releases its lock. A second one would make it leave both,
    so there is none.

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
        SystemExit: after the program has ended, when this process was told to end.
    """
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    with (
        _Interrupts() as interrupts,
        (log or Path(os.devnull)).open("a", encoding="utf-8") as kept,
        # A session of its own: otherwise the terminal would interrupt the program a second time.
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
    ):
        interrupts.pass_on_to(process)
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        kept.write(f"$ {' '.join(command)}\n")
        for line in process.stdout:
            plain = without_colours(line.rstrip("\n"))
            lines.append(plain)
            kept.write(plain + "\n")
            if show is not None and interrupts.first != signal.SIGHUP:  # then there is no terminal any more
                show(plain)
        code = process.wait()
    if interrupts.first == signal.SIGINT:
        raise KeyboardInterrupt
    if interrupts.first is not None:
        raise SystemExit(128 + interrupts.first)
    return code, "\n".join(lines)


def without_colours(text: str) -> str:
    """Text as a terminal shows it, without colours."""
    return _COLOURS.sub("", text)


class _Interrupts:
    """Signals that would end this process, while a program runs in it.

    They are handled and not left to raise KeyboardInterrupt: that would come at any line, also at one that would
    leave the program running, alone and with its lock.

    Attributes:
        first: the first signal, if there was one.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self._process: subprocess.Popen[str] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _PASSED_ON:
                if signal.getsignal(number) != signal.SIG_IGN:  # as nohup does
                    self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def pass_on_to(self, process: subprocess.Popen[str]) -> None:
        """Say which program gets them; what has come already it gets now."""
        self._process = process
        if self.first is not None:
            self._interrupt()

    def _arrived(self, number: int, _frame: object) -> None:
        if self.first is None:
            self.first = number
            self._interrupt()

    def _interrupt(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGINT)
