"""Lets node start and load assemblies while Python goes on importing.

jsii waits at the import of each package until node has loaded its assembly, though the import needs nothing of the
answer. Here the requests are made in order by a thread, and the first request that needs an answer (the first
construct) waits for them. An error of node's appears there, too, instead of at the import.
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
        ImportError: when jsii is not installed.
        UnexpectedShapeError: when the installed jsii is built in another way.
    """
    jsii: Any = importlib.import_module("jsii")
    process: Any = importlib.import_module("jsii._kernel.providers.process")
    types: Any = importlib.import_module("jsii._kernel.types")
    parts = (
        (jsii, "kernel"),
        (process, "ProcessProvider"),
        (types, "LoadResponse"),
        (getattr(process, "_NodeProcess", None), "handshake"),
        (getattr(process, "ProcessProvider", None), "_process"),
    )
    for owner, name in parts:
        if not hasattr(owner, name):
            raise UnexpectedShapeError(f"the installed jsii has no {name} where it was expected")
    if type(getattr(jsii.kernel, "provider", None)) is not process.ProcessProvider:
        raise UnexpectedShapeError("the kernel of the installed jsii is not driven by a process provider")
    jsii.kernel.provider = EarlyLoads(jsii.kernel, process._NodeProcess, types.LoadResponse)  # noqa: SLF001


class EarlyLoads:
    """Stands in for the provider of a jsii kernel until the first request that is not a load."""

    def __init__(self, kernel: Any, node: type[Any], response: type[Any]) -> None:  # noqa: ANN401 - types of jsii
        self._kernel = kernel
        self._provider = kernel.provider
        self._node = node
        self._response = response
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jsii-load")
        self._running: list[Future[Any]] = []

    def load(self, request: Any) -> Any:  # noqa: ANN401 - types of jsii
        """Have the assembly loaded by the thread; the answer, which jsii does not use, does not know the number of types."""
        if not (Path(request.tarball).parent / "__init__.py").is_file():
            # Unpacked from a zip for the time of this call only.
            return self._settled().load(request)
        if not self._running:
            self._start()
        self._running.append(self._thread.submit(self._provider.load, request))
        return self._response(assembly=request.name, types=0)

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
        try:
            for load in self._running:
                load.result()
        finally:
            self._running.clear()
            self._thread.shutdown(wait=True)
        return self._provider
