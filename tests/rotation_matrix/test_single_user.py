"""A password that is never lost, whatever happens; in a file of its own, so that it runs beside the other strategy's."""

from __future__ import annotations

import pytest

from tests.rotation_matrix.strategies import SINGLE_USER
from tests.rotation_matrix.whole import is_as_documented


@pytest.mark.server
@pytest.mark.slow
def test_the_matrix_has_no_dead_end_and_is_as_documented() -> None:
    is_as_documented(SINGLE_USER)
