"""Starts and stops servers of the local AWS, and plain moto, on free ports of loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

REGION = "eu-central-2"


@dataclass(frozen=True)
class Server:
    endpoint: str
    directory: Path
    process: subprocess.Popen[bytes]

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start(directory: Path, *options: str, port: int | None = None) -> Server:
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (directory / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "localcloud.server",
                "--port",
                str(port),
                "--directory",
                str(directory),
                *options,
            ],
            stdout=log,
            stderr=log,
            env=environment,
        )
    endpoint = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=5):
                return Server(endpoint, directory, process)
        except OSError:
            assert process.poll() is None, (directory / "server.log").read_text()
            time.sleep(0.1)
    raise AssertionError(f"no answer from {endpoint}")


def stop(server: Server) -> None:
    server.process.terminate()
    server.process.wait(timeout=60)
