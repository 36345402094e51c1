"""Lambda: functions really run, and keep the settings that moto drops.

What moto 5.2.5 lacks:

- Without Docker no function runs: every call answers what it was sent. Here the deployment package's handler runs in a
  process of its own; its log goes to CloudWatch Logs, its errors are answered as Lambda does.
- ``DeadLetterConfig``, ``LoggingConfig`` and ``FileSystemConfigs`` are not stored: Terraform plans to set them
  each time. What an asynchronous call failed to do never reaches the dead letter target.
- ``KMSKeyArn``, ``TracingConfig``, ``EphemeralStorage`` and ``Architectures`` cannot be changed later: the same.
- A function in a VPC says that it is in ``vpc-123abc``.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from localcloud import authority
from localcloud.lambda_runner import Function, Outcome, Runner

MotoFunction: TypeAlias = Any
"""moto's ``LambdaFunction``, with the attribute ``holdfast_kept`` that is added here."""

ATTEMPTS = 3
"""An asynchronous call is tried three times, then goes to the dead letter target
(source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
The pauses of one and two minutes between them are left out."""

_KEPT = ("DeadLetterConfig", "LoggingConfig", "FileSystemConfigs")
_LOG = logging.getLogger(__name__)


def install() -> None:
    """Patch moto's Lambda once."""
    from moto.awslambda import models  # noqa: PLC0415 - moto comes after its settings
    from moto.awslambda_simple.models import LambdaSimpleBackend  # noqa: PLC0415

    function: Any = models.LambdaFunction
    if hasattr(function, "holdfast_kept"):
        return
    create = function.__init__
    configuration: Callable[..., dict[str, Any]] = function.get_configuration
    update = function.update_configuration
    update_code = function.update_function_code

    def initialize(
        self: MotoFunction, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1
    ) -> None:
        create(self, account_id, spec, region, version)
        self.holdfast_kept = {name: spec[name] for name in _KEPT if spec.get(name)}

    def get_configuration(self: MotoFunction, on_create: bool = False) -> dict[str, Any]:
        kept = {
            name: value
            for name, value in self.holdfast_kept.items()
            if value not in ({}, [], {"TargetArn": ""})
        }
        return {
            **configuration(self, on_create),
            **kept,
            "LoggingConfig": _logging(self),
            "VpcConfig": _vpc(self),
        }

    def update_configuration(self: MotoFunction, updates: dict[str, Any]) -> dict[str, Any]:
        self.holdfast_kept = {
            **self.holdfast_kept,
            **{name: updates[name] for name in _KEPT if name in updates},
        }
        self.kms_key_arn = updates.get("KMSKeyArn", self.kms_key_arn)
        self.tracing_config = updates.get("TracingConfig", self.tracing_config)
        self.ephemeral_storage = updates.get("EphemeralStorage", {"Size": self.ephemeral_storage})["Size"]
        # An environment without variables is how it is emptied.
        if "Environment" in updates:
            updates = {**updates, "Environment": {"Variables": updates["Environment"].get("Variables") or {}}}
        update(self, updates)
        return get_configuration(self)

    def update_function_code(self: MotoFunction, updates: dict[str, Any]) -> dict[str, Any]:
        self.architectures = updates.get("Architectures", self.architectures)
        update_code(self, updates)
        return get_configuration(self)

    function.holdfast_kept = {}
    function.__init__ = initialize
    function.get_configuration = get_configuration
    function.update_configuration = update_configuration
    function.update_function_code = update_function_code
    function.invoke = _invoke
    # The backend without Docker answers without calling the function; the other one calls it.
    without_docker: Any = LambdaSimpleBackend
    without_docker.invoke = models.LambdaBackend.invoke


def _vpc(function: MotoFunction) -> dict[str, Any]:
    """Return the configuration with the VPC of its subnets; none is an empty one, as in AWS."""
    from moto.ec2.models import ec2_backends  # noqa: PLC0415

    config = function._vpc_config or {}  # noqa: SLF001 - the property adds an invented VPC
    ids = config.get("SubnetIds") or []
    # Not asked by id: the subnet may be gone, and the function is still to be described.
    subnets = ec2_backends[function.account_id][function.region].describe_subnets() if ids else []
    return {
        "SubnetIds": ids,
        "SecurityGroupIds": config.get("SecurityGroupIds") or [],
        "VpcId": next((str(subnet.vpc_id) for subnet in subnets if subnet.id in ids), ""),
        "Ipv6AllowedForDualStack": bool(config.get("Ipv6AllowedForDualStack", False)),
    }


def _logging(function: MotoFunction) -> dict[str, Any]:
    """Return where and how it logs, with Lambda's defaults (source: CreateFunction, ``LoggingConfig``)."""
    config = {
        "LogFormat": "Text",
        "LogGroup": f"/aws/lambda/{function.function_name}",
        **function.holdfast_kept.get("LoggingConfig", {}),
    }
    if config["LogFormat"] == "JSON":
        config = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **config}
    return config


def _invoke(
    function: MotoFunction,
    body: str | bytes,
    request_headers: Mapping[str, str],
    response_headers: dict[str, str],
) -> bytes:
    """Take the place of moto's ``LambdaFunction.invoke``: run the handler, or note that it is to be run."""
    kind = request_headers.get("x-amz-invocation-type") or request_headers.get("X-Amz-Invocation-Type")
    event = json.loads(body) if body else {}
    if kind == "DryRun":
        return b""
    if kind == "Event":
        threading.Thread(target=_try, args=(function, event), daemon=True).start()
        return b""
    outcome = run(function, event)
    if outcome.error:
        response_headers["x-amz-function-error"] = outcome.error
    response_headers["x-amz-log-result"] = base64.b64encode(outcome.log_tail.encode()).decode()
    return outcome.payload.encode()


def run(function: MotoFunction, event: object) -> Outcome:
    """Run a function of moto's, and store its log.

    Args:
        function: as moto stores it.
        event: anything that JSON can hold.
    """
    from moto.core.utils import unix_time_millis, utcnow  # noqa: PLC0415

    config = _logging(function)
    request_id = str(uuid.uuid4())
    stream = f"{utcnow():%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
    outcome = _runner().invoke(
        Function(
            arn=function.function_arn,
            name=function.function_name,
            version=str(function.version),
            handler=str(function.handler),
            code=function.code_bytes,
            region=function.region,
            memory_mb=int(function.memory_size),
            timeout_seconds=float(function.timeout),
            environment=function.environment_vars,
            log_group=config["LogGroup"],
            log_stream=stream,
            log_format=config["LogFormat"],
        ),
        event,
        request_id=request_id,
    )
    function.logs_backend.ensure_log_group(config["LogGroup"])
    function.logs_backend.create_log_stream(config["LogGroup"], stream)
    function.logs_backend.put_log_events(
        config["LogGroup"],
        stream,
        [{"timestamp": unix_time_millis(), "message": line} for line in outcome.log.splitlines()],
    )
    return outcome


def _try(function: MotoFunction, event: object) -> None:
    """Make an asynchronous call; its failure is reported to the dead letter target."""
    for _attempt in range(ATTEMPTS):
        outcome = run(function, event)
        if not outcome.error:
            return
    target = function.holdfast_kept.get("DeadLetterConfig", {}).get("TargetArn", "")
    text = json.dumps(event)
    try:
        if ":sns:" in target:
            from moto.sns.models import sns_backends  # noqa: PLC0415

            sns_backends[function.account_id][function.region].publish(text, arn=target)
        elif ":sqs:" in target:
            from moto.sqs.models import sqs_backends  # noqa: PLC0415

            sqs_backends[function.account_id][function.region].send_message(target.rpartition(":")[2], text)
    except Exception:  # noqa: BLE001 - whatever the target says, the call has failed already
        _LOG.exception("%s: the dead letter target %s took nothing", function.function_name, target)


def _runner() -> Runner:
    directory = Path(os.environ["HOLDFAST_LOCAL_DIR"])
    endpoint = f"http://127.0.0.1:{os.environ['MOTO_PORT']}"
    return Runner(directory / "lambda", endpoint=endpoint, extra=authority.trust(directory))
