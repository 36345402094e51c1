"""Lets Python talk to the node process that does the work: each request saves two hops.

jsii starts two node processes. The second one executes the requests; the first one copies each request from a pipe to
it, and each answer back, and wraps what it prints. Here the second one is started alone, with one end of a socket as
the file descriptor 3 on which it reads and writes; it prints where Python prints.

This replaces ``_NodeProcess`` of jsii. It does so on POSIX systems only, whose shell puts the socket in its place, and
steps aside where ``JSII_RUNTIME`` names another runtime.
"""

from __future__ import annotations

import atexit
import importlib
import os
import platform
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from .package_index import UnexpectedShapeError

POSIX = os.name == "posix"
SECONDS_TO_END = 5
_PARTS = ("start", "stop", "handshake", "send", "_jsii_runtime", "_next_message")
# The socket comes as standard input, which Python can choose; the program wants it as 3, and no input.
_AS_DESCRIPTOR_3 = 'exec "$@" 3<&0 0</dev/null'


def install() -> None:
    """Make jsii start its node process so, in this process.

    Raises:
        ImportError: jsii is not installed.
        UnexpectedShapeError: the installed jsii is built in another way.
    """
    if not POSIX or "JSII_RUNTIME" in os.environ:
        return
    try:
        process: Any = importlib.import_module("jsii._kernel.providers.process")
        base = process._NodeProcess  # noqa: SLF001 - what is replaced
    except (ImportError, AttributeError) as difference:
        importlib.import_module("jsii")
        raise UnexpectedShapeError(f"the installed jsii starts node in another way ({difference})") from None
    missing = [part for part in _PARTS if not callable(getattr(base, part, None))]
    if missing:
        raise UnexpectedShapeError(f"the installed jsii starts node in another way (without {missing[0]})")
    process._NodeProcess = direct(base)  # noqa: SLF001 - what is replaced


def direct(base: Any) -> type[Any]:  # noqa: ANN401 - types of jsii
    """Return jsii's class of a node process with another start and end.

    Args:
        base: ``_NodeProcess`` of jsii.
    """

    class DirectNode(base):  # type: ignore[misc]
        """The node process that executes requests, and the socket to it."""

        def start(self) -> None:
            node = shutil.which(os.environ.get("JSII_NODE", "node"))
            program = Path(self._jsii_runtime()).parents[1] / "lib" / "program.js"
            if node is None or not program.is_file():
                super().start()
                return
            # Symbolic links are kept, as jsii keeps them: packages are linked from where it unpacked them.
            command = [node, "--max-old-space-size=4069", "--preserve-symlinks", str(program)]
            ours, theirs = socket.socketpair()
            with ours, theirs:
                self._process: Any = subprocess.Popen(
                    ["/bin/sh", "-c", _AS_DESCRIPTOR_3, "sh", *command],
                    stdin=theirs.fileno(),
                    env={**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"},
                )
                # Where the base class writes requests and reads answers.
                self._process.stdin, self._process.stdout = ours.makefile("wb"), ours.makefile("rb")
            atexit.register(self.stop)
            self.handshake()

        def stop(self) -> None:
            if self._process.stderr is not None:
                super().stop()
                return
            atexit.unregister(self.stop)
            if not self._process.stdin.closed:
                self._process.stdin.write(b'{"exit":0}\n')
                self._process.stdin.close()
            try:
                self._process.wait(timeout=SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                self._process.terminate()
            self._process.stdout.close()
            self._ctx_stack.close()

    return DirectNode
