"""Lets Python look for garbage less often: what an app makes are modules, classes and constructs, and they stay.

A tenth of a small synthesis goes into looking, again and again, at what has just been imported.
"""

from __future__ import annotations

import atexit
import gc

ALLOCATIONS = 200_000
"""Objects that are made before Python looks at them; its own number is 700."""


def install() -> None:
    """Let the garbage collector of this process begin later, unless it is off or begins later already."""
    first, *older = gc.get_threshold()
    if 0 < first < ALLOCATIONS:
        gc.set_threshold(ALLOCATIONS, *older)
        # As it ends, Python looks at everything once more; the system takes it back faster.
        atexit.register(gc.freeze)
