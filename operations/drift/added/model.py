"""Something that was added by hand to what Terraform manages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.review.classes import Class, Reason

if TYPE_CHECKING:
    from operations.plans.json_values import Json


@dataclass(frozen=True, kw_only=True)
class Added:
    """Something that was added by hand.

    Attributes:
        kind: what it is among: ``ingress``, ``inline_policy``; the first part of its path.
        name: what it is called among these.
        value: what it is, as it may be shown.
        text: what that means, in one sentence without a full stop.
        command: removes it; None: it cannot be removed by a command.
    """

    kind: str
    name: str
    value: Json
    text: str
    command: str | None

    @property
    def reason(self) -> Reason:
        """Why that weakens protection."""
        return Reason(
            class_=Class.WEAKENS_PROTECTION,
            rule="added-by-hand",
            text=self.text,
            detail=self.name,
            path=(self.kind,),
        )
