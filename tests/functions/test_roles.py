"""The statements that make one login like another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.rotation.failures import DatabaseError
from functions.rotation.roles import (
    NEW_LOGIN,
    Membership,
    Role,
    Setting,
    attribute_statements,
    membership_statements,
    names_of,
    setting_statements,
)

APP = Role(name="app")


def attributes(like: Role) -> list[str]:
    return [statement.sql for statement in attribute_statements(APP, like)]


def memberships(
    existing: dict[str, Membership], wanted: dict[str, Membership], version: int = 15
) -> list[str]:
    role = Role(name="app", memberships=existing)
    return [statement.sql for statement in membership_statements(role, wanted, version)]


def settings(existing: dict[Setting, str], wanted: dict[Setting, str]) -> list[str]:
    return [statement.sql for statement in setting_statements(Role(name="app", settings=existing), wanted)]


def test_a_login_that_is_alike_is_left_alone() -> None:
    assert attributes(Role(name="app_clone")) == []
    assert memberships({"readers": Membership()}, {"readers": Membership()}) == []
    assert settings({Setting(None, "work_mem"): "8MB"}, {Setting(None, "work_mem"): "8MB"}) == []


def test_only_what_differs_is_changed() -> None:
    """Each attribute that is named takes a right of the administrator."""
    like = Role(
        name="app_clone",
        attributes={**NEW_LOGIN, "rolcreatedb": True, "rolinherit": False},
        connection_limit=5,
    )
    assert attributes(like) == ['ALTER ROLE "app" NOINHERIT CREATEDB CONNECTION LIMIT 5']


def test_memberships_come_and_go() -> None:
    assert memberships({"old": Membership()}, {"new": Membership(), "admins": Membership(admin=True)}) == [
        'REVOKE "old" FROM "app"',
        'GRANT "admins" TO "app" WITH ADMIN OPTION',
        'GRANT "new" TO "app"',
    ]


def test_the_right_to_make_others_members_goes_without_the_membership() -> None:
    assert memberships({"group": Membership(admin=True)}, {"group": Membership()}) == [
        'REVOKE ADMIN OPTION FOR "group" FROM "app"'
    ]


def test_since_version_16_a_membership_has_options() -> None:
    assert memberships({}, {"group": Membership(inherit=False)}, version=16) == [
        'GRANT "group" TO "app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE'
    ]
    assert memberships({"group": Membership(admin=True)}, {"group": Membership(set=False)}, version=17) == [
        'GRANT "group" TO "app" WITH ADMIN FALSE, INHERIT TRUE, SET FALSE'
    ]


def test_settings_of_the_server_and_of_a_database_come_and_go() -> None:
    assert settings(
        {Setting(None, "work_mem"): "8MB", Setting("citizens", "work_mem"): "1MB"},
        {Setting(None, "work_mem"): "16MB", Setting("citizens", "app.tenant"): "it's"},
    ) == [
        'ALTER ROLE "app" IN DATABASE "citizens" RESET "work_mem"',
        """ALTER ROLE "app" IN DATABASE "citizens" SET "app"."tenant" TO 'it''s'""",
        """ALTER ROLE "app" SET "work_mem" TO '16MB'""",
    ]


def test_names_in_a_list_are_literals_of_their_own() -> None:
    assert settings({}, {Setting(None, "search_path"): '"$user", public, "with "" quote", ""'}) == [
        """ALTER ROLE "app" SET "search_path" TO '$user', 'public', 'with " quote', ''"""
    ]
    assert settings({}, {Setting(None, "DateStyle"): "ISO, DMY"}) == [
        """ALTER ROLE "app" SET "DateStyle" TO 'ISO, DMY'"""
    ]


def test_an_error_does_not_quote_the_value_of_a_setting() -> None:
    [statement] = setting_statements(APP, {Setting(None, "app.key"): "planted"})
    assert statement.doing == "to set app.key for app"


@given(
    names=st.lists(
        st.text(min_size=0, max_size=8).filter(lambda name: "\0" not in name), min_size=1, max_size=5
    )
)
def test_a_list_of_quoted_names_is_read_as_it_was_written(names: list[str]) -> None:
    stored = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    assert names_of(stored) == names


def test_a_list_that_cannot_be_read_is_not_cut_off() -> None:
    with pytest.raises(DatabaseError, match="not written as PostgreSQL writes it"):
        names_of('public, "unfinished')
