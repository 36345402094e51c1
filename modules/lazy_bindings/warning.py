"""The warning that says when bindings are loaded the plain, slow way."""

from __future__ import annotations


class LazyBindingsWarning(RuntimeWarning):
    """Something does not look as expected; the bindings are loaded in full, which is slow but gives the same result."""
