"""A relay in front of the server, that loses connections. It sees TLS only, and so what a network sees."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

HOST = "127.0.0.1"
Loss = Literal["request lost", "answer lost", "silent"]
"""The connection ends with the next bytes from the function, which the server does not get; with the next bytes from the
server, which the function does not get; or nothing arrives any more, in either direction."""


@dataclass
class Relay:
    """Relays each connection to a port of loopback.

    Args:
        target: the port; another one later is another server behind the same name.
    """

    target: int
    loss: Loss | None = None

    @contextmanager
    def running(self) -> Iterator[Relay]:
        """Relay until the end of the block."""
        with socket.create_server((HOST, 0)) as listener:
            self.port = int(listener.getsockname()[1])
            thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                # Closing alone does not wake the thread that accepts.
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)
                thread.join()

    @contextmanager
    def losing(self, loss: Loss) -> Iterator[None]:
        """Lose what is relayed in the block, in connections that are open and in new ones."""
        self.loss = loss
        try:
            yield
        finally:
            self.loss = None

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection((HOST, self.target))
                except OSError:
                    near.close()
                    continue
                for source, sink, lost in ((near, far, "request lost"), (far, near, "answer lost")):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._pump, args=(source, sink, lost), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, lost: Loss) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.loss == lost:
                    break
                if self.loss != "silent":
                    sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
