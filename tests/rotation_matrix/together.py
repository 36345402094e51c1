"""All strategies at once, each in a process of its own: Python runs on one processor."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection

from tests.rotation_matrix import matrix
from tests.rotation_matrix.matrix import Part
from tests.rotation_matrix.strategies import STRATEGIES, Strategy

_PROCESSES = multiprocessing.get_context("spawn")


def run(show: Callable[[str], None]) -> list[Part]:
    """The parts of all strategies.

    Args:
        show: prints a line; it can be pickled.
    """
    with _running(STRATEGIES, show) as results:
        return [result.recv() for result in results]


def end_in_order() -> None:
    """When this process is terminated, stop its servers first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@contextmanager
def _running(strategies: Sequence[Strategy], show: Callable[[str], None]) -> Iterator[list[Connection]]:
    """Where the results come from; the processes end with the block."""
    pipes = [_PROCESSES.Pipe(duplex=False) for _ in strategies]
    processes = [
        _PROCESSES.Process(target=_work, args=(strategy.name, theirs, show))
        for strategy, (_, theirs) in zip(strategies, pipes, strict=True)
    ]
    try:
        for process, (_, theirs) in zip(processes, pipes, strict=True):
            process.start()
            theirs.close()  # so that the end of the process is seen
        yield [ours for ours, _ in pipes]
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()


def _work(name: str, result: Connection, show: Callable[[str], None]) -> None:
    end_in_order()
    strategy = next(strategy for strategy in STRATEGIES if strategy.name == name)
    result.send(matrix.run(strategy, show=partial(_prefixed, show, name)))


def _prefixed(show: Callable[[str], None], name: str, line: str) -> None:
    show(f"{name:<18} {line}")
