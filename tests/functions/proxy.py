"""A server in front of PostgreSQL that hangs, crawls or hangs up, as networks do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.functions.server import HOST


class Proxy:
    """Hands everything on, until it is told not to.

    Args:
        port: of the real server.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server((HOST, 0))
        self._connections: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.answers: int | None = None
        """Pieces of the server's answers that each connection gets; after it nothing comes."""
        self.seconds_per_byte = 0.0
        """Time that each byte of the server's answers takes."""
        threading.Thread(target=self._accept, daemon=True).start()

    def hang_up(self) -> None:
        """Close every connection."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()
        self.hang_up()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self._target))
            self._connections += [client, server]
            threading.Thread(target=self._questions, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answers, args=(server, client), daemon=True).start()

    def _questions(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(65536):
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        left = self.answers
        with suppress(OSError):
            while piece := server.recv(65536):
                if left is not None:
                    if left <= 0:
                        return  # not even that the server has hung up
                    left -= 1
                self._pass_on(piece, client)
            client.shutdown(socket.SHUT_WR)

    def _pass_on(self, piece: bytes, client: socket.socket) -> None:
        if not self.seconds_per_byte:
            client.sendall(piece)
            return
        for byte in piece:
            client.sendall(bytes([byte]))
            time.sleep(self.seconds_per_byte)


@contextmanager
def proxy_of(port: int) -> Iterator[Proxy]:
    """A proxy of the server on a port, closed at the end."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
