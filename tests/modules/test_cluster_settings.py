"""What a Multi-AZ cluster may have, and what is refused of one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from modules import facts
from modules.database.recovery import RecoverySettings, achievable, check_recovery
from modules.database.settings import DatabaseSettings, check_region
from tests.modules.site import REGION, ZONES

CLASS = "db.m6gd.large"


def cluster(**settings: Any) -> DatabaseSettings:
    return DatabaseSettings.model_validate({"instance_class": CLASS, "cluster": {}, **settings})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"multi_az": False}, r"multi_az = false with database.cluster \[C43\]"),
        ({"availability_zone": ZONES[0]}, "C05"),
        ({"max_storage_gb": 2000}, r"no growth by itself.*take max_storage_gb out"),
        ({"storage_gb": 400, "iops": 12000}, r"iops or throughput_mbps with database.cluster \[C08\]"),
        ({"storage_gb": 400, "throughput_mbps": 500}, r"iops or throughput_mbps .* \[C08\]"),
        ({"replica": {}}, r"replica with database.cluster \[C50\].*reader endpoint"),
        ({"restore": {"snapshot": "before"}}, r"restore with database.cluster \[C48\].*runbook"),
        ({"engine_version": "16.10"}, r"engine_version = 16.10 .* \[C51\].*write engine_version = \"16\""),
        ({"cluster": {"storage_type": "gp2"}}, r"storage_type is gp2 \[C08\].*gp3, io1, io2"),
        ({"cluster": {"storage_type": "io1"}}, r"io1 with storage_gb 100 and iops None \[C45\]"),
        ({"storage_gb": 99, "cluster": {"storage_type": "io2", "iops": 1000}}, r"\[C45\].*storage_gb = 100"),
        ({"cluster": {"storage_type": "io1", "iops": 256001}}, "less than or equal to 256000"),
        ({"cluster": {"storage_type": "io1", "iops": 999}}, "greater than or equal to 1000"),
        ({"cluster": {"iops": 4000}}, r"iops is 4000 with gp3 of 100 GiB \[C15\]\n  allowed: 3000\n"),
        ({"storage_gb": 400, "cluster": {"iops": 3000}}, r"\[C15\].*12000 to 64000"),
        ({"storage_gb": 59}, r"iops is 3000 with storage_gb 59 \[C44\].*write storage_gb = 60"),
        ({"cluster": {"storage_type": "io1", "iops": 5001}}, r"\[C44\].*write storage_gb = 101"),
        (
            {"storage_gb": 2001, "cluster": {"storage_type": "io1", "iops": 1000}},
            r"\[C44\].*1001 to 100050.*write cluster.iops = 1001",
        ),
        ({"cluster": {"lag_seconds": 0}}, "lag_seconds"),
        ({"cluster": {"readers": 3}}, "readers"),
    ],
)
def test_what_a_cluster_cannot_have(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.compile(message, re.DOTALL)):
        cluster(**settings)


@pytest.mark.parametrize(
    ("settings", "iops"),
    [
        ({}, 3000),
        ({"storage_gb": 60}, 3000),
        ({"storage_gb": 400}, 12000),
        ({"storage_gb": 24001}, 12001),
        ({"storage_gb": 500, "cluster": {"iops": 20000}}, 20000),
        ({"cluster": {"storage_type": "io2", "iops": 1000}}, 1000),
        ({"engine_version": "17"}, 3000),
    ],
)
def test_c08_iops_that_a_cluster_has(settings: dict[str, Any], iops: int) -> None:
    database = cluster(**settings)
    assert database.cluster is not None
    assert database.cluster.provisioned_iops(database.storage_gb) == iops


def test_c08_only_classes_with_a_disk_of_their_own_make_a_cluster() -> None:
    check_region(cluster(), REGION, ZONES)
    with pytest.raises(ValueError, match=r"have no db.m6g.large in eu-central-2 \[C08\]") as told:
        check_region(cluster(instance_class="db.m6g.large"), REGION, ZONES)
    assert "allowed: db.m6gd, db.r6gd" in str(told.value)
    assert 'write instance_class = "db.m6gd.large"' in str(told.value)


def test_c08_a_region_without_clusters() -> None:
    with pytest.raises(ValueError, match=r"no Multi-AZ clusters of PostgreSQL in mx-central-1 \[C08\]"):
        check_region(cluster(), "mx-central-1", ("mx-central-1a", "mx-central-1b", "mx-central-1c"))


def test_c43_two_zones_are_too_few() -> None:
    with pytest.raises(ValueError, match=r"names 2 with database.cluster \[C43\]") as told:
        check_region(cluster(), REGION, ZONES[:2])
    assert "eu-central-2c" in str(told.value)


def test_an_instance_does_not_care_which_classes_clusters_have() -> None:
    check_region(DatabaseSettings(instance_class="db.t3.medium"), "mx-central-1", ())


def test_c49_a_cluster_fails_over_within_a_minute_and_loses_no_more() -> None:
    given = achievable(cluster())
    assert (given.rpo_minutes, given.rto_minutes) == (5, 1)
    check_recovery(cluster(), RecoverySettings(rpo_minutes=5, rto_minutes=1))
    with pytest.raises(ValueError, match="every 5 minutes"):
        check_recovery(cluster(), RecoverySettings(rpo_minutes=4, rto_minutes=1))


def test_connections_follow_the_class() -> None:
    assert cluster().connections == facts.default_max_connections("db.m6g.large") == 901
