"""What was renamed is recognized, with the outermost construct that was."""

from __future__ import annotations

import pytest

from environments import renames
from environments.manifest import Entry


def entry(path: str, type_: str = "aws_kms_key", system: str = "it") -> Entry:
    return Entry(system=system, address=f"{type_}.{path.replace('/', '_')}", path=path)


@pytest.mark.parametrize(
    ("old", "new", "call"),
    [
        ("database/instance", "db/instance", 'moved(self, "database", to="db")'),
        ("database/instance", "database/server", 'moved(self, "database/instance", to="database/server")'),
        ("database/instance", "db/server", 'moved(self, "database/instance", to="db/server")'),
        ("keys/rds/key", "keys/database/key", 'moved(self, "keys/rds", to="keys/database")'),
        ("database/instance", "data/database/instance", 'moved(self, "database", to="data/database")'),
        ("data/database/instance", "database/instance", 'moved(self, "data/database", to="database")'),
        ("instance", "server", 'moved(self, "instance", to="server")'),
    ],
)
def test_the_outermost_renamed_construct_is_moved(old: str, new: str, call: str) -> None:
    (found,) = renames.probable([entry(old)], [entry(new)])
    assert found.call([new]) == call


def test_a_construct_that_still_has_something_is_not_moved_as_a_whole() -> None:
    (found,) = renames.probable([entry("keys/rds/key")], [entry("keys/database/key")])
    paths = ["keys/rds/alias", "keys/database/key"]
    assert found.call(paths) == 'moved(self, "keys/rds/key", to="keys/database/key")'
    # "keys/rds-2" is not in "keys/rds".
    assert (
        found.call(["keys/rds-2/key", "keys/database/key"]) == 'moved(self, "keys/rds", to="keys/database")'
    )


def test_of_several_each_gets_the_one_that_is_most_like_it() -> None:
    purposes = ("backups", "efs", "rds")
    old = [entry(f"keys/{purpose}/key") for purpose in purposes]
    new = [entry(f"ring/{purpose}/key") for purpose in reversed(purposes)]
    found = renames.probable(old, new)
    assert [(pair.old.path, pair.new.path) for pair in found] == [
        (f"keys/{purpose}/key", f"ring/{purpose}/key") for purpose in purposes
    ]
    assert {pair.call([other.path for other in new]) for pair in found} == {'moved(self, "keys", to="ring")'}


def test_only_what_is_of_one_type_and_one_system_can_be_the_same() -> None:
    lost = entry("database/instance", "aws_db_instance")
    assert renames.probable([lost], [entry("database/instance", "aws_rds_cluster")]) == []
    assert renames.probable([lost], [entry("db/instance", "aws_db_instance", "other")]) == []


def test_what_two_could_be_is_given_to_one() -> None:
    found = renames.probable([entry("keys/a/key"), entry("keys/b/key")], [entry("ring/b/key")])
    assert [pair.old.path for pair in found] == ["keys/b/key"]


def test_the_call_for_the_resource_alone_names_its_old_address() -> None:
    (found,) = renames.probable([entry("a/key")], [entry("b/key")])
    assert found.own_call == 'move_from_id("aws_kms_key.a_key")'
