"""What was probably renamed: constructs that hold data and are gone, and new ones that are like them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from environments.manifest import Entry


@dataclass(frozen=True, kw_only=True)
class Rename:
    """Two entries that are probably one resource.

    Attributes:
        old: as it was.
        new: as it is.
    """

    old: Entry
    new: Entry

    def call(self, paths: Collection[str]) -> str:
        """The line of code, for the system's constructor, that moves it and all that was renamed with it.

        Args:
            paths: of all constructs that the system has now.
        """
        before, now = _renamed(self.old.path.split("/"), self.new.path.split("/"), paths)
        return f'moved(self, "{before}", to="{now}")'

    @property
    def own_call(self) -> str:
        """The call on the resource's construct that moves this resource alone."""
        return f'move_from_id("{self.old.address}")'


def probable(gone: Iterable[Entry], new: Iterable[Entry]) -> list[Rename]:
    """Pairs of one system and one type, the most alike first; each entry is in one pair at most."""
    candidates = list(new)
    pairs = [
        Rename(old=old, new=other)
        for old in gone
        for other in candidates
        if (other.system, other.type) == (old.system, old.type)
    ]
    pairs.sort(key=lambda pair: (-_alike(pair), pair.old, pair.new))
    found: list[Rename] = []
    for pair in pairs:
        if all(pair.old != other.old and pair.new != other.new for other in found):
            found.append(pair)
    return sorted(found, key=lambda pair: pair.old)


def _alike(pair: Rename) -> float:
    """Whole ids count first, then their letters."""
    before, now = pair.old.path, pair.new.path
    ids = SequenceMatcher(None, before.split("/"), now.split("/")).ratio()
    return ids + SequenceMatcher(None, before, now).ratio() / 10


def _renamed(old: list[str], new: list[str], paths: Collection[str]) -> tuple[str, str]:
    """The outermost construct that was renamed: nothing is left below its old path."""
    same = 0
    while same < min(len(old), len(new)) - 1 and old[-1 - same] == new[-1 - same]:
        same += 1
    for left_out in range(same, 0, -1):
        before = "/".join(old[:-left_out])
        if not any(f"{path}/".startswith(f"{before}/") for path in paths):
            return before, "/".join(new[:-left_out])
    return "/".join(old), "/".join(new)
