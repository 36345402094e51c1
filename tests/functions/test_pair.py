"""The names of two logins that take turns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.rotation.failures import SecretError
from functions.rotation.pair import CLONE, Pair

NAMES = st.text(min_size=1, max_size=57).filter(
    lambda name: (
        len(name.encode("utf-8", "ignore")) <= 57
        and not name.endswith(CLONE)
        and name.encode("utf-8", "ignore").decode() == name
    )
)


@given(name=NAMES)
def test_each_login_knows_the_other_from_its_own_name(name: str) -> None:
    first = Pair.of(name)
    second = Pair.of(first.other)
    assert (second.name, second.other) == (first.other, name)
    assert first.name != first.other
    assert first.owner == second.owner == f"{name}_owner"
    assert all(len(one.encode()) <= 63 for one in (first.name, first.other, first.owner))


@pytest.mark.parametrize("name", ["a" * 58, "ä" * 29, "a" * 58 + CLONE])
def test_a_name_that_leaves_no_room_for_the_ending(name: str) -> None:
    with pytest.raises(
        SecretError, match=r"has 58 bytes without _clone; .* up to 57, as PostgreSQL's names have 63"
    ):
        Pair.of(name)


@pytest.mark.parametrize("name", [CLONE, f"app{CLONE}{CLONE}"])
def test_a_name_whose_other_cannot_be_known(name: str) -> None:
    with pytest.raises(SecretError, match="a name, or a name followed by _clone once"):
        Pair.of(name)
