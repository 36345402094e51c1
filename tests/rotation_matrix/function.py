"""The rotation function as Lambda runs it: in a process of its own, that can be held at each call, and killed."""

from __future__ import annotations

import dataclasses
import gc
import importlib
import itertools
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar, Literal

from functions.rotation import secrets_manager
from tests.rotation_matrix.calls import Call, announce

# A process that has imported everything forks: milliseconds in the place of half a second.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.rotation_matrix.warm"])
_numbers = itertools.count(1)

COLLECTIONS = (10_000, 50, 50)
"""Thresholds of garbage collection: rarer than usual, as each step makes a client of botocore, which is thousands of objects."""
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
PATIENCE_SECONDS = 300.0
"""Timeout of a function that is held while others run, perhaps on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """What is deployed.

    Args:
        environment: all of its environment variables.
        logs: folder that gets a file with all output of each invocation.
        seconds: its timeout; time in which it is held does not count.
        fault: ``module:function`` that is called first, to break the function on purpose.
    """

    environment: Mapping[str, str]
    logs: Path
    seconds: float = PATIENCE_SECONDS
    fault: str | None = None

    def told(self, variables: Mapping[str, str]) -> Function:
        """The same function with more environment variables."""
        return dataclasses.replace(self, environment={**self.environment, **variables})


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an invocation ended.

    Args:
        end: what became of it.
        failure: the kind of failure that its log tells, or the exception's class when it tells none.
        message: of the exception.
    """

    end: Literal["done", "failed", "killed", "timed out"]
    failure: str = ""
    message: str = ""

    @property
    def done(self) -> bool:
        """Whether it did what it was called for."""
        return self.end == "done"

    def __str__(self) -> str:
        return f"{self.end}: {self.failure}: {self.message}" if self.failure else self.end


class Environment:
    """A process that performs one invocation after another, as Lambda's execution environments do.

    Args:
        fault: ``module:function`` that breaks the function.
    """

    _idle: ClassVar[dict[str | None, list[Environment]]] = {}

    def __init__(self, fault: str | None) -> None:
        self._fault = fault
        self.control, theirs = _FORKS.Pipe()
        self.process = _FORKS.Process(target=_serve, args=(theirs, fault), daemon=True)
        self.process.start()
        theirs.close()

    @classmethod
    def warm(cls, fault: str | None) -> Environment:
        """One that has performed an invocation, or a new one."""
        try:
            return cls._idle.setdefault(fault, []).pop()
        except IndexError:
            return cls(fault)

    def keep(self) -> None:
        """For another invocation."""
        self._idle.setdefault(self._fault, []).append(self)

    def end(self) -> None:
        """Nothing of it runs any more (SIGKILL)."""
        self.process.kill()
        self.process.join()
        self.control.close()


@dataclass
class Invocation:
    """One invocation, which stands still before its calls.

    Args:
        function: what is invoked.
        event: what Secrets Manager says to it.
        at_questions: it does so before calls that only read as well.
    """

    function: Function
    event: Mapping[str, str]
    at_questions: bool = True
    calls: list[Call] = field(default_factory=list)
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        self._log = self.function.logs / f"{next(_numbers):06}.log"
        self._environment = Environment.warm(self.function.fault)
        self._control = self._environment.control
        self._control.send((self.function, dict(self.event), self._log, self.at_questions))
        self._left = self.function.seconds
        self.wait()

    @property
    def held(self) -> Call | None:
        """The call that it is about to make, or None when it has ended."""
        return None if self.outcome else self.calls[-1]

    @property
    def changes(self) -> bool:
        """Whether somebody else can see what the call does that it is about to make.

        What happens in a transaction is seen with its end.
        """
        if self.held is None or not self.held.changes:
            return False
        ends = [call.ends_transaction for call in self.calls if call.ends_transaction is not None]
        in_transaction = self.held.service == "PostgreSQL" and bool(ends) and not ends[-1]
        return not in_transaction

    def go_on(self) -> None:
        """Let it make the call, up to its next one or its end."""
        self.let_go()
        self.wait()

    def let_go(self) -> None:
        """Let it make the call, without waiting for what comes then."""
        with suppress(BrokenPipeError):  # it may have ended: the time that it had for the call was over
            self._control.send(None)

    def back(self, seconds: float) -> bool:
        """Whether it is at its next call or its end within some seconds; then `wait` does not wait."""
        return self._control.poll(seconds)

    def finish(self) -> Outcome:
        """Let it make all of its calls."""
        while self.outcome is None:
            self.go_on()
        return self.outcome

    def kill(self) -> Outcome:
        """End it as Lambda ends a process: nothing of it runs any more (SIGKILL)."""
        return self.outcome or self._end(Outcome(end="killed"))

    @contextmanager
    def vanished(self) -> Iterator[None]:
        """Stop it, with its connections open, until the end of the block, where it is killed."""
        assert self._environment.process.pid is not None
        os.kill(self._environment.process.pid, signal.SIGSTOP)
        self.outcome = Outcome(end="killed")
        try:
            yield
        finally:
            self._end(Outcome(end="killed"))

    def wait(self) -> None:
        """Wait for its next call, or its end."""
        started = time.monotonic()
        if not self._control.poll(max(self._left, 0)):
            self._end(Outcome(end="timed out", message=f"after {self.function.seconds:g} s"))
            return
        self._left -= time.monotonic() - started
        try:
            message = self._control.recv()
        except EOFError:
            message = _Ended(Outcome(end="killed"), warm=False)
        if isinstance(message, Call):
            self.calls.append(message)
        elif message.warm:
            self._environment.keep()
            self._is(message.outcome)
        else:
            self._end(message.outcome)

    def _end(self, outcome: Outcome) -> Outcome:
        self._environment.end()
        return self._is(outcome)

    def _is(self, outcome: Outcome) -> Outcome:
        self.outcome = dataclasses.replace(outcome, failure=self._told() or outcome.failure)
        return self.outcome

    def _told(self) -> str:
        """The kind of failure in the log."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return next(
            (line["failure"] for line in told if line.get("level") == "ERROR" and "failure" in line), ""
        )


@dataclass(frozen=True)
class _Ended:
    """What the process says when an invocation has ended.

    Args:
        outcome: of it.
        warm: whether the process can perform another one: nothing of this one is left.
    """

    outcome: Outcome
    warm: bool


class _Clock:
    """Stands still while the function is held: how long that is depends on the machine and on what else runs."""

    def __init__(self) -> None:
        self._held = 0.0
        self._since: float | None = None

    def monotonic(self) -> float:
        return (self._since or time.monotonic()) - self._held

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self._since = since = time.monotonic()
        try:
            yield
        finally:
            self._held += time.monotonic() - since
            self._since = None


@dataclass(frozen=True)
class _Context:
    """What the function reads of Lambda's context."""

    aws_request_id: str
    clock: _Clock
    deadline: float

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - self.clock.monotonic()) * 1000))


def _serve(control: Connection, fault: str | None) -> None:
    """Perform invocations until nobody asks for one any more."""
    gc.enable()
    gc.set_threshold(*COLLECTIONS)
    if fault:
        _named(fault)()
    clock, gate, at_questions = _Clock(), threading.Lock(), True

    def wait(call: Call) -> None:
        # A call that the function does not wait for any more may be made beside another one.
        if at_questions or call.changes or call.ends_transaction is not None:
            with gate, clock.stopped():
                control.send(call)
                control.recv()

    handler = _named("functions.rotation.handler:handler")
    announce(wait)
    _named("functions.rotation:deadline").time = clock
    with suppress(EOFError):
        while True:
            function, event, log, at_questions = control.recv()
            outcome = _perform(handler, function, event, log, clock)
            control.send(_Ended(outcome, warm=threading.active_count() == 1))


def _perform(
    handler: Callable[[Mapping[str, str], object], None],
    function: Function,
    event: dict[str, str],
    log: Path,
    clock: _Clock,
) -> Outcome:
    """Run the handler; errors go to the log with their traceback, as Lambda's runtime writes them."""
    with log.open("wb") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    os.environ.clear()
    os.environ.update(function.environment)
    # botocore looks for them once; this process serves several functions.
    secrets_manager._session().set_credentials(*(function.environment[name] for name in CREDENTIALS))
    outcome = Outcome(end="done")
    try:
        handler(event, _Context("request-of-the-matrix", clock, clock.monotonic() + function.seconds))
    except Exception as error:  # noqa: BLE001 - as Lambda's runtime does
        traceback.print_exc()
        outcome = Outcome(end="failed", failure=type(error).__name__, message=str(error))
    sys.stdout.flush()
    sys.stderr.flush()
    return outcome


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)
