"""The local AWS as a process: ``python -m localcloud.server --port 5055 --directory .holdfast/local``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from localcloud.lock import DirectoryLock, Holder

HOST = "127.0.0.1"
"""The server binds to loopback only: whoever reaches it is the administrator of the emulated account."""

MOTO_SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ACM_VALIDATION_WAIT": "1",
}
"""moto reads these when it is imported: AWS's managed policies exist, certificates are valid after a second."""


def main() -> None:
    """Serve until SIGTERM; what was deployed is stored before the process ends."""
    parser = argparse.ArgumentParser(prog="localcloud.server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--plain", action="store_true", help="moto as it is, without what fills its gaps")
    options = parser.parse_args()
    directory: Path = options.directory.absolute()
    directory.mkdir(parents=True, exist_ok=True)
    # Until it serves, an end is an end without anything to store; what was started is stopped at exit.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    holder = Holder(pid=os.getpid(), port=options.port)
    if not DirectoryLock(directory).take(holder, seconds=1):
        sys.exit(f"another local AWS serves {directory}")
    os.environ.update(MOTO_SETTINGS, HOLDFAST_LOCAL_DIR=str(directory), MOTO_PORT=str(options.port))
    serve(options.port, directory, plain=options.plain)


def serve(port: int, directory: Path, *, plain: bool) -> None:
    """Serve until SIGTERM.

    Args:
        port: TCP port on loopback.
        directory: where the state is kept.
        plain: without gaps filled and without stored state.
    """
    # moto is imported after its settings are in the environment.
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server  # noqa: PLC0415

    application = DomainDispatcherApplication(create_backend_app)
    if plain:
        server = make_server(HOST, port, application, threaded=True, request_handler=MotoRequestHandler)
        server.serve_forever()
        return

    from moto.core.config import default_user_config  # noqa: PLC0415
    from moto.secretsmanager.models import secretsmanager_backends  # noqa: PLC0415

    from localcloud import emulation, gaps, persistence, rotation  # noqa: PLC0415
    from localcloud.gaps import rds_postgres  # noqa: PLC0415
    from localcloud.identity import Identity, Observed  # noqa: PLC0415
    from localcloud.resent import OnceOnly  # noqa: PLC0415
    from localcloud.serial import OneAtATime  # noqa: PLC0415

    default_user_config["lambda"] = {"use_docker": False}
    gaps.install_all()
    store = persistence.Store(directory)
    notice = store.load()
    rds_postgres.start_all()
    identity = Identity.of(directory, emulation.services(), notice)
    observed = Observed(OnceOnly(OneAtATime(application)), identity=identity, changed=store.changed)
    server = make_server(HOST, port, observed, threaded=True, request_handler=MotoRequestHandler)
    # The server listens from here on: what a rotation's function calls waits for an answer.
    rotation.resume(secretsmanager_backends)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever()
    store.close()


if __name__ == "__main__":
    main()
