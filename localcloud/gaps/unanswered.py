"""All services: what cannot be answered is refused at once, by name.

moto 5.2.5 answers HTTP 500 to an action that it does not have, and to one in which it fails; a path that it does not know
gets a page of HTML. AWS clients take that for a passing fault: Terraform's provider calls 25 times, for minutes, and
ends with an error that does not name the action. Here such a call answers HTTP 400 in the service's own protocol, with the
code ``NotImplemented`` or ``LocalAwsFailure``, the service and the action. What failed is in the server's log.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

from werkzeug.exceptions import HTTPException

App: TypeAlias = Any
"""moto's Flask application for one service."""

NOT_IMPLEMENTED = "NotImplemented"
FAILED = "LocalAwsFailure"

_LOG = logging.getLogger(__name__)
_MARK = "holdfast-unanswered"
_OURS = {"moto_api", "instance_metadata"}
"""Applications that are no services of AWS."""


class UnansweredError(Exception):
    """What the client is told.

    Args:
        code: ``NotImplemented`` or ``LocalAwsFailure``.
        message: with the service and the action.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def install() -> None:
    """Patch moto's server once."""
    from moto.core import errors  # noqa: PLC0415 - moto comes after its settings
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: PLC0415

    dispatcher: Any = DomainDispatcherApplication
    if hasattr(dispatcher, "holdfast_answers"):
        return
    dispatcher.holdfast_answers = True
    dispatcher.get_application = _answering(dispatcher.get_application)
    # Without it moto warns of each error that the service's model does not have.
    errors.COMMON_ERROR_CODES.extend([NOT_IMPLEMENTED, FAILED])


def _answering(get: Callable[[Any, dict[str, Any]], App]) -> Callable[[Any, dict[str, Any]], App]:
    one_at_a_time = threading.Lock()

    def get_application(self: Any, environ: dict[str, Any]) -> App:  # noqa: ANN401 - moto's
        # Flask takes a handler before the first request only.
        with one_at_a_time:
            application = get(self, environ)
            if application.service not in _OURS and _MARK not in application.extensions:
                application.extensions[_MARK] = True
                application.register_error_handler(Exception, lambda error: _answer(application, error))
        return application

    return get_application


def _answer(application: App, error: Exception) -> Any:  # noqa: ANN401 - what Flask takes for an answer
    from flask import request  # noqa: PLC0415
    from moto.core.utils import service_name_from_moto_package_name  # noqa: PLC0415

    unknown_path = getattr(request, "routing_exception", None) is not None
    if isinstance(error, HTTPException) and not unknown_path:
        return error
    service = service_name_from_moto_package_name(
        {"awslambda": "lambda"}.get(application.service, application.service)
    )
    action = _action(service, request)
    if unknown_path or isinstance(error, NotImplementedError):
        refusal = UnansweredError(NOT_IMPLEMENTED, f"the local AWS does not implement {service}:{action}")
        _LOG.warning("%s (%s)", refusal, error)
    else:
        told = f"the local AWS failed in {service}:{action}: {type(error).__name__}: {error}"
        refusal = UnansweredError(FAILED, told)
        _LOG.error("%s", refusal, exc_info=error)
    return _serialized(service, request, refusal)


def _action(service: str, request: Any) -> str:  # noqa: ANN401 - moto's
    """Return the action's name; of a request that is none of the service's, the method and path."""
    from moto.core.routing import get_service_router  # noqa: PLC0415

    try:
        return str(get_service_router(service).match(request)[0].name)
    except (HTTPException, NotImplementedError):
        return f"{request.method} {request.path}"


def _serialized(service: str, request: Any, refusal: UnansweredError) -> Any:  # noqa: ANN401 - what Flask takes for an answer
    from moto.core.model import OperationModel  # noqa: PLC0415
    from moto.core.request import determine_request_protocol  # noqa: PLC0415
    from moto.core.serialize import get_serializer_class  # noqa: PLC0415
    from moto.core.utils import get_service_model  # noqa: PLC0415

    model = get_service_model(service)
    protocol = determine_request_protocol(model, request.content_type)
    serializer = get_serializer_class(model.service_name, protocol)(operation_model=OperationModel({}, model))
    answer = serializer.serialize(refusal)
    return answer["body"], answer["status_code"], answer["headers"]
