"""When drift was first seen, whether it is still there, and what is gone again. No value of an attribute is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from operations.failure import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOST = 5_000
"""Entries that are kept; the oldest of those that are gone go first."""

Key = tuple[str, str]
"""Address of a resource, and path of an attribute as people write it."""


class Seen(BaseModel):
    """An attribute that drifted.

    Attributes:
        address: address of the resource.
        path: its path; empty when the resource is gone.
        first: when it was first seen.
        last: when it was last seen.
        gone: when it was seen no more; None: it is still there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Annotated[str, Field(min_length=1)]
    path: str
    first: AwareDatetime
    last: AwareDatetime
    gone: AwareDatetime | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.address, self.path


class History(BaseModel):
    """What was seen of one system."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A look, compared with the one before.

    Attributes:
        first: by address and path, when what is there now was first seen.
        new: what was not there before.
        gone: what was there before, and is no more.
        history: what is to be kept.
    """

    first: Mapping[Key, datetime]
    new: frozenset[Key]
    gone: tuple[Seen, ...]
    history: History


def watch(history: History, drifted: Iterable[Key], *, now: datetime) -> Watched:
    """Compare what drifted with what was seen before.

    Args:
        history: what was kept.
        drifted: what drifted.
        now: the time of the look.
    """
    keys = set(drifted)
    open_ = {seen.key: seen for seen in history.seen if seen.gone is None}
    closed = [seen for seen in history.seen if seen.gone is not None]
    still = [
        Seen(address=key[0], path=key[1], first=open_[key].first if key in open_ else now, last=now)
        for key in sorted(keys)
    ]
    gone = [seen.model_copy(update={"gone": now}) for key, seen in sorted(open_.items()) if key not in keys]
    return Watched(
        first={seen.key: seen.first for seen in still},
        new=frozenset(keys - open_.keys()),
        gone=tuple(gone),
        history=History(seen=(*still, *gone, *closed)[:_MOST]),
    )


def parse(text: str, *, source: str) -> History:
    """What was kept.

    Raises:
        Failed: it is not what `text` wrote.
    """
    try:
        return History.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Failed(
            f"{source}: is no history of drift ({first['msg']}); remove it to begin a new one"
        ) from None


def text(history: History) -> str:
    """What to keep, as JSON."""
    return json.dumps(history.model_dump(mode="json"), indent=1) + "\n"


def now() -> datetime:
    """The time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
