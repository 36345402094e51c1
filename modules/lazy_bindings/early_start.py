"""Lets node start and load assemblies while Python goes on importing: a fifth of a small synthesis.

jsii waits at the import of each package until node has loaded its assembly, though the import needs nothing of the
answer. Here a thread makes these requests in order, and the first request that needs an answer (the first construct)
waits for them. An error of node's appears there, too, instead of at the import.

This replaces ``kernel.provider``, with which jsii chooses how it talks to node. Where the installed jsii does not have
the few parts that it needs, nothing is replaced.
"""

from __future__ import annotations

import importlib
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .package_index import UnexpectedShapeError


def install() -> None:
    """Make the jsii kernel of this process load its first assemblies in the background.

    Raises:
        ImportError: jsii is not installed.
        UnexpectedShapeError: the installed jsii is built in another way.
    """
    jsii: Any = importlib.import_module("jsii")
    try:
        process: Any = importlib.import_module("jsii._kernel.providers.process")
        provider = jsii.kernel.provider
        expected = (
            type(provider) is process.ProcessProvider
            and hasattr(process.ProcessProvider, "_process")
            and callable(process._NodeProcess.handshake)  # noqa: SLF001 - asked whether it is there
        )
    except (ImportError, AttributeError) as difference:
        raise UnexpectedShapeError(f"the installed jsii starts node in another way ({difference})") from None
    if not expected:
        raise UnexpectedShapeError("the installed jsii talks to node in another way")
    jsii.kernel.provider = EarlyLoads(jsii.kernel, process._NodeProcess)  # noqa: SLF001 - what it is made of


class EarlyLoads:
    """Stands in for the provider of a jsii kernel until the first request that is not a load."""

    def __init__(self, kernel: Any, node: type[Any]) -> None:  # noqa: ANN401 - types of jsii
        self._kernel = kernel
        self._provider = kernel.provider
        self._node = node
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jsii-load")
        self._running: list[Future[Any]] = []

    def load(self, request: Any) -> None:  # noqa: ANN401 - types of jsii
        """Have the assembly loaded by the thread. jsii does not look at the answer."""
        if not (Path(request.tarball).parent / "__init__.py").is_file():
            # Unpacked from a zip for the time of this call only.
            self._settled().load(request)
            return
        if not self._running:
            self._start()
        self._running.append(self._thread.submit(self._provider.load, request))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - types of jsii
        return getattr(self._settled(), name)

    def _start(self) -> None:
        """Start node here, for its working directory and environment are those of this moment; greet it in the thread."""
        greet = self._node.handshake
        self._node.handshake = lambda _: None
        try:
            node = self._provider._process  # noqa: SLF001 - started by the first access
        finally:
            self._node.handshake = greet
        self._running.append(self._thread.submit(greet, node))

    def _settled(self) -> Any:  # noqa: ANN401 - types of jsii
        """Wait for what is running and step aside: the provider itself."""
        self._kernel.provider = self._provider
        self._thread.shutdown(wait=True)
        for load in self._running:
            load.result()
        return self._provider
