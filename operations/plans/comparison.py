"""What a plan's changes do, without secrets; each is worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.differences import Difference, differences
from operations.plans.secrecy import Secrecy, Shown

if TYPE_CHECKING:
    from operations.plans.model import Change, Plan


class Comparison:
    """The values and differences of the changes of one plan, as they may be shown.

    Args:
        plan: the plan; it must not go while this is used.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._secrecy = Secrecy(plan)
        self._done: dict[int, tuple[Shown, list[Difference]]] = {}

    def shown(self, change: Change, name: str = "") -> Shown:
        """The values of a change.

        Args:
            change: one of the plan's.
            name: what the values as a whole are called, when they are those of an output.
        """
        return self._of(change, name)[0]

    def differences(self, change: Change, name: str = "") -> list[Difference]:
        """What becomes of the attributes of a change; the arguments are those of `shown`."""
        return self._of(change, name)[1]

    def _of(self, change: Change, name: str) -> tuple[Shown, list[Difference]]:
        found = self._done.get(id(change))
        if found is None:
            shown = self._secrecy.shown(change, name)
            found = self._done[id(change)] = (shown, differences(change, shown))
        return found
