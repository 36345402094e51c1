"""What readers get from AWS, and the words in which they hand it on: arguments as Terraform has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    import boto3

NOT_SEEN = "${not.seen_in_aws}"
"""In the place of an argument that AWS does not tell: it is not known, and passes nothing."""

State: TypeAlias = Mapping[str, Any]
"""The arguments of a resource in Terraform's state: to find it by, never to believe."""

Arguments: TypeAlias = dict[str, Any]


class Aws:
    """Clients of one account and region.

    Args:
        session: the session.
    """

    def __init__(self, session: boto3.Session) -> None:
        # One client of each service: making one takes longer than a call.
        self.client: Callable[[str], Any] = cache(session.client)


Reader: TypeAlias = Callable[[Aws, State], Arguments | None]
"""Describes one resource; None when AWS does not have it."""


def absent_as_none(call: Callable[[], Any], *codes: str) -> Any:  # noqa: ANN401 - boto3's answers are not typed
    """The answer of a call; None when AWS says that there is nothing.

    Args:
        call: the call.
        codes: what AWS calls it; each a code of an error.
    """
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise


def first(found: list[Any]) -> Any:  # noqa: ANN401 - boto3's answers are not typed
    """The first of what was found; None without any."""
    return found[0] if found else None
