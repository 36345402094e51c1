"""What an HCL file says, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Location = tuple[str | int, ...]
"""Where a value stands: the names and list positions that lead to it, as pydantic writes them in ``loc``."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """What an HCL file says.

    Attributes:
        values: attributes as plain values; a block as a list of its bodies, each below its labels
            (``backend "s3" {}`` is ``{"backend": [{"s3": {}}]}``).
        lines: the line (from 1) on which each value starts, by its place.
    """

    values: dict[str, object]
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int | None:
        """The line of a value, or of the nearest thing around it that is in the file."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return None
