"""Whatever the settings: they synthesize, nothing is public or unencrypted, and order does not matter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules import facts
from stacks.citizen_data import CitizenData
from stacks.environment import Environment
from tests.stacks.test_citizen_data import assert_nothing_is_public_or_unencrypted
from tests.template import Template

STATEFUL = (
    "aws_db_instance",
    "aws_efs_file_system",
    "aws_efs_mount_target",
    "aws_backup_vault",
    "aws_kms_key",
    "aws_subnet",
)
REGION = "eu-central-2"
ZONES = facts.zones(REGION) or ()
CLASSES = sorted(
    name
    for name in facts.rds_classes(REGION, "postgres") or ()
    if facts.default_max_connections(name) is not None
)


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "cidr": f"10.{draw(st.integers(0, 255))}.0.0/{draw(st.integers(16, 23))}",
        "nat": draw(st.sampled_from(["one_per_az", "single", "none"])),
        "flow_log_retention_days": int(draw(st.sampled_from(facts.allowed("log_retention_days")))),
        "interface_endpoints": draw(
            st.lists(st.sampled_from(["kms", "logs", "sts"]), unique=True, max_size=3).map(
                lambda services: ["secretsmanager", *services]
            )
        ),
    }


@st.composite
def databases(draw: st.DrawFn) -> dict[str, Any]:
    storage = draw(st.integers(20, 5000))
    return {
        "instance_class": draw(st.sampled_from(CLASSES)),
        "engine_version": draw(st.sampled_from(["14", "15", "16", "17"])),
        "storage_gb": storage,
        "max_storage_gb": draw(st.integers(storage * 11 // 10 + 1, 65536)),
        "backup_retention_days": draw(st.integers(1, 35)),
        "monitoring_interval": draw(st.sampled_from([1, 5, 10, 15, 30, 60])),
        "port": draw(st.integers(1150, 65535)),
        "extended_support": draw(st.booleans()),
    }


@st.composite
def environments(draw: st.DrawFn) -> dict[str, Any]:
    profile = draw(st.sampled_from(["ephemeral", "regulated"]))
    database = draw(databases())
    if profile == "regulated":
        database["backup_retention_days"] = 35
    return {
        "region": REGION,
        "availability_zones": draw(st.permutations(ZONES).flatmap(lambda z: st.sampled_from([z, z[:2]]))),
        "suffix": draw(st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8})?", fullmatch=True)),
        "profile": profile,
        "tags": {"project": draw(st.text("abc xyz", min_size=1)), "cost_center": "platform"},
        "network": draw(networks()),
        "database": database,
        "credentials": {
            "source": draw(st.sampled_from(["existing", "created"])),
            "rotation_days": draw(st.integers(1, 1000)),
            "application": draw(st.sampled_from([None, {}, {"username": "forms", "rotation_days": 1}])),
            "reserved_concurrency": draw(st.sampled_from([None, 1])),
        },
        "alarms": {
            "cpu_percent": draw(st.integers(1, 100)),
            "connections_percent": draw(st.integers(1, 100)),
        },
    }


def _synthesize(values: dict[str, Any]) -> Template:
    environment = Environment.model_validate_json(json.dumps(values))
    return Template.synthesized(lambda app: CitizenData(app, environment=environment), name="citizen-data")


def _stateful(template: Template) -> dict[str, Any]:
    return {kind: template.document["resource"][kind] for kind in STATEFUL}


@pytest.mark.slow
@given(values=environments(), order=st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_accepted_environment_is_safe_and_keeps_its_addresses(
    values: dict[str, Any], order: Any
) -> None:
    template = _synthesize(values)
    assert_nothing_is_public_or_unencrypted(template)

    shuffled = dict(order.sample(sorted(values.items()), len(values)))
    shuffled["availability_zones"] = order.sample(
        values["availability_zones"], len(values["availability_zones"])
    )
    assert _stateful(_synthesize(shuffled)) == _stateful(template)


@given(values=environments(), retention=st.integers(-5, 100))
@settings(max_examples=50, deadline=None)
def test_c13_c32_retention_is_accepted_exactly_where_aws_and_the_profile_allow_it(
    values: dict[str, Any], retention: int
) -> None:
    values["database"]["backup_retention_days"] = retention
    allowed = retention == 35 if values["profile"] == "regulated" else 1 <= retention <= 35
    if allowed:
        assert Environment.model_validate_json(json.dumps(values))
    else:
        with pytest.raises(ValueError, match="retention"):
            Environment.model_validate_json(json.dumps(values))


def test_the_classes_that_are_tried_are_the_regions() -> None:
    assert len(CLASSES) > 20
    assert len(ZONES) == 3
    assert Path(facts.FOLDER).is_dir()
