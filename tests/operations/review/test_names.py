"""Short names, and what belongs together."""

import pytest

from operations.review.names import group, short


@pytest.mark.parametrize(
    ("address", "name", "belongs"),
    [
        ("aws_db_instance.database_instance_3C5AF6B2", "database_instance", "database"),
        ("aws_subnet.network_private-eu-central-2a_0A1B2C3D", "network_private-eu-central-2a", "network"),
        ("aws_db_instance.main", "main", "db"),
        ('aws_subnet.private["a"]', 'private["a"]', "subnet"),
        ("aws_subnet.private[0]", "private[0]", "subnet"),
        ('module.net["x"].aws_vpc.this', "this", "net"),
        ("random_pet.name", "name", "pet"),
        ("null.x", "x", "null"),
    ],
)
def test_names(address: str, name: str, belongs: str) -> None:
    assert short(address) == name
    assert group(address) == belongs
