"""How an attribute protects, in one or two words, and whether it protects less than before.

===============  ==========================================================================================
``true``, ``A``  this value protects, others do not; several: ``A or B``. Not set is ``false``
``A < B``        B protects more than A; several of one strength: ``A or B < C``
``more``         the higher number; ``more, else 30``: not set is 30 (without it: 0)
``longer``       the higher number, and not set is for ever; ``longer, 0``: so is 0
``less``         the lower number; ``less, else 365``: not set, or 0, is 365 (without it: 0)
``set``          any value
``unset``        no value
``all``          each element of a list
``none``         the fewer elements, the better: each one opens something
``count``        as many elements as before
``same``         the value that is there: any other may protect less
===============  ==========================================================================================

Every method takes the values found at the attribute's path: one, or more where lists are on the way.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.plans.json_values import Json

_EMPTY: tuple[Json, ...] = (None, "", 0, [], {})


class Protects(Protocol):
    """Which values protect more.

    Attributes:
        counts: whether it only matters how many there are, not what is in them.
    """

    counts: ClassVar[bool]

    def weaker(self, before: Sequence[Json], after: Sequence[Json]) -> bool:
        """Whether the values after may protect less than those before."""
        ...

    def at_risk(self, before: Sequence[Json]) -> bool:
        """Whether any value after could protect less than those before."""
        ...


def parse(text: str) -> Protects:
    """Read what a table says.

    Raises:
        ValueError: it is none of the forms above.
    """
    word, _, option = text.partition(", ")
    match word:
        case "more" | "less":
            absent = float(option.removeprefix("else ")) if option else 0
            return Numbers(sign=1 if word == "more" else -1, absent=absent)
        case "longer":
            return Numbers(sign=1, absent=math.inf, forever=float(option) if option else None)
        case "set" | "unset" | "count":
            return Counts(sign=-1 if word == "unset" else 1)
        case "all" | "none" | "same":
            return Elements(lost=word != "none", gained=word != "all")
    groups = [group.split(" or ") for group in text.split(" < ")]
    if any(not value or "<" in value or value != value.strip() for group in groups for value in group):
        raise ValueError(text)
    lowest = 1 if len(groups) == 1 else 0
    return Values({value: rank for rank, group in enumerate(groups, start=lowest) for value in group})


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """``more``, ``longer``, ``less``.

    Attributes:
        sign: 1 when the higher number protects more, -1 when the lower one does.
        absent: what not being set means.
        forever: the number that means for ever.
    """

    sign: int
    absent: float
    forever: float | None = None
    counts: ClassVar[bool] = False

    def weaker(self, before: Sequence[Json], after: Sequence[Json]) -> bool:
        """Whether any number is worse, the best compared with the best; see `Protects`."""
        old = sorted(map(self._strength, before), reverse=True)
        new = sorted(map(self._strength, after), reverse=True)
        if self.absent == math.inf:  # where nothing was said, it was for ever: that is the best
            old = [*[math.inf] * (len(new) - len(old)), *old]
            new = [*[math.inf] * (len(old) - len(new)), *new]
        return any(
            worse < better for better, worse in zip_longest(old, new, fillvalue=self.sign * self.absent)
        )

    def at_risk(self, before: Sequence[Json]) -> bool:
        """Only what is at its lowest cannot become lower; see `Protects`."""
        return self.sign < 0 or any(self._strength(value) > 0 for value in before)

    def _strength(self, value: Json) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return self.sign * self.absent
        try:
            number = float(value)
        except ValueError:
            return self.sign * self.absent
        if number == 0 and self.sign < 0:  # how AWS answers where it is off
            return self.sign * self.absent
        return math.inf if number == self.forever else self.sign * number


@dataclass(frozen=True)
class Values:
    """``true``, ``A``, ``A < B``.

    Attributes:
        ranks: the strength of each value, from 0; when they are all of one strength, any other has none.
    """

    ranks: Mapping[str, int]
    counts: ClassVar[bool] = False

    def weaker(self, before: Sequence[Json], after: Sequence[Json]) -> bool:
        """Whether any value is worse, the best compared with the best; see `Protects`."""
        old = sorted(map(self._rank, before), reverse=True)
        new = sorted(map(self._rank, after), reverse=True)
        if "false" in self.ranks and new.count(0) > old.count(0):
            return True  # what protects by being off is undone by one more that is on
        best = max(self.ranks.values())
        for rank_before, rank_after in zip_longest(old, new, fillvalue=0):
            uncertain = math.inf in (rank_before, rank_after) and list(before) != list(after)
            if rank_after != best and rank_before != 0 and (uncertain or rank_after < rank_before):
                return True
        return False

    def at_risk(self, before: Sequence[Json]) -> bool:
        """Only what is at its weakest cannot become weaker; see `Protects`."""
        return any(self._rank(value) != 0 for value in before)

    def _rank(self, value: Json) -> float:
        """The strength of a value; infinite when it is not known."""
        if value is None or value == "":
            return self.ranks.get("false", 0)
        text = value if isinstance(value, str) else json.dumps(value)
        unlisted = 0 if len(set(self.ranks.values())) == 1 else math.inf
        return self.ranks.get(text, unlisted)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """``set``, ``unset``, ``count``.

    Attributes:
        sign: 1 when more values protect more, -1 when fewer do.
    """

    sign: int
    counts: ClassVar[bool] = True

    def weaker(self, before: Sequence[Json], after: Sequence[Json]) -> bool:
        """Whether there are fewer, or more; see `Protects`."""
        return self.sign * _count(after) < self.sign * _count(before)

    def at_risk(self, before: Sequence[Json]) -> bool:
        """Whether there is anything to lose, or to gain; see `Protects`."""
        return self.sign < 0 or _count(before) > 0


@dataclass(frozen=True, kw_only=True)
class Elements:
    """``all``, ``none``, ``same``.

    Attributes:
        lost: whether an element that goes makes it weaker.
        gained: whether one that comes does.
    """

    lost: bool
    gained: bool
    counts: ClassVar[bool] = False

    def weaker(self, before: Sequence[Json], after: Sequence[Json]) -> bool:
        """Whether an element goes or comes; see `Protects`."""
        old, new = _elements(before), _elements(after)
        return bool((self.lost and old - new) or (self.gained and new - old and (old or not self.lost)))

    def at_risk(self, before: Sequence[Json]) -> bool:
        """Whether there is anything to lose, or any gain counts; see `Protects`."""
        return not self.lost or bool(_elements(before))


def _count(values: Sequence[Json]) -> int:
    return sum(
        len(value) if isinstance(value, list) else value is False or value not in _EMPTY for value in values
    )


def _elements(values: Sequence[Json]) -> Counter[str]:
    """How often each element is there; a value that is no list is an element."""
    return Counter(
        json.dumps(element, sort_keys=True)
        for value in values
        for element in (value if isinstance(value, list) else [value])
        if element is not None and element != ""
    )
