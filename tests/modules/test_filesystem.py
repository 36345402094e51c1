from __future__ import annotations

import json
from typing import cast

import pytest
from cdktf import TerraformStack
from constructs import Construct
from pydantic import ValidationError

from modules.aws.role import Role
from modules.filesystem.filesystem import FileSystem
from modules.filesystem.settings import AccessPointSettings, FileSystemSettings, check_replication
from tests.modules.site import ZONES, Site, name
from tests.template import Template, statements


def _build(stack: TerraformStack, settings: FileSystemSettings) -> FileSystem:
    site = Site(stack)
    return FileSystem(
        stack,
        "filesystem",
        name=name,
        account=site.account,
        network=site.network(),
        settings=settings,
        key=site.key,
    )


@pytest.fixture(scope="module")
def filesystem() -> Template:
    def build(stack: TerraformStack) -> None:
        built = _build(stack, FileSystemSettings())
        role = Role(
            stack,
            "app",
            name="app",
            service="ecs-tasks.amazonaws.com",
            account=Site(TerraformStack(cast(Construct, stack.node.root), "other")).account,
            description="an application",
        )
        built.grant_read_write(role, "transaction-logs")
        assert list(built.mount_target_ids) == list(ZONES)
        with pytest.raises(KeyError):
            built.grant_read_write(role, "none")

    return Template.of(build)


def test_it_is_encrypted_with_our_key(filesystem: Template) -> None:
    system = filesystem.one("aws_efs_file_system")
    assert system["encrypted"] is True
    assert system["kms_key_id"].startswith("${aws_kms_key.")
    assert system["tags"]["Name"] == "dr-transaction-logs-test"


def test_c23_elastic_throughput_goes_with_general_purpose(filesystem: Template) -> None:
    system = filesystem.one("aws_efs_file_system")
    assert (system["throughput_mode"], system["performance_mode"]) == ("elastic", "generalPurpose")


def test_c23_one_transition_per_policy(filesystem: Template) -> None:
    policies = filesystem.one("aws_efs_file_system")["lifecycle_policy"]
    assert [len(policy) for policy in policies] == [1, 1]


def test_a_mount_target_in_every_zone_keyed_by_zone(filesystem: Template) -> None:
    targets = filesystem.all("aws_efs_mount_target")
    assert [target["//"]["metadata"]["path"].split("/")[-1] for target in targets] == [
        f"mount-{zone}" for zone in ZONES
    ]
    assert all("network_private" in target["subnet_id"] for target in targets)


def test_the_policy_wants_tls_and_lets_nobody_anonymous_in(filesystem: Template) -> None:
    policy = statements(filesystem.one("aws_efs_file_system_policy")["policy"])
    assert policy["DenyPlainText"]["Effect"] == "Deny"
    assert policy["DenyPlainText"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    allowed = [statement for statement in policy.values() if statement["Effect"] == "Allow"]
    assert all(statement["Principal"]["AWS"].endswith(":root") for statement in allowed)
    assert not any("ClientRootAccess" in json.dumps(statement) for statement in allowed)


def test_it_is_backed_up(filesystem: Template) -> None:
    assert filesystem.one("aws_efs_backup_policy")["backup_policy"] == {"status": "ENABLED"}


def test_the_access_point_has_its_own_directory_and_owner(filesystem: Template) -> None:
    point = filesystem.one("aws_efs_access_point")
    assert point["root_directory"]["path"] == "/transaction-logs"
    assert point["posix_user"] == {"uid": 1000, "gid": 1000}


def test_a_role_mounts_through_its_access_point_only(filesystem: Template) -> None:
    statement = statements(filesystem.one("aws_iam_policy", "app/policy")["policy"])["MountFileSystem"]
    assert "elasticfilesystem:AccessPointArn" in statement["Condition"]["StringEquals"]
    assert statement["Resource"] != "*"


def test_replication_is_optional(filesystem: Template) -> None:
    assert filesystem.all("aws_efs_replication_configuration") == []
    copied = Template.of(lambda stack: _build(stack, FileSystemSettings(replication_region="eu-central-1")))
    assert copied.one("aws_efs_replication_configuration")["destination"] == {"region": "eu-central-1"}


def test_access_points_do_not_depend_on_their_order() -> None:
    points = {
        "logs": AccessPointSettings(path="/logs"),
        "archive": AccessPointSettings(path="/archive"),
    }

    def template(chosen: dict[str, AccessPointSettings]) -> Template:
        return Template.of(lambda stack: _build(stack, FileSystemSettings(access_points=chosen)))

    one, other = template(points), template(dict(reversed(points.items())))
    assert one.document["resource"] == other.document["resource"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"transition_to_ia": "AFTER_2_DAYS"}, "C23"),
        ({"access_points": {"Logs": {"path": "/logs"}}}, "access_points"),
        ({"access_points": {"logs": {"path": "logs"}}}, "path"),
        ({"access_points": {"logs": {"path": "/logs", "uid": 0}}}, "uid"),
        ({"replication_region": "Frankfurt"}, "replication_region"),
    ],
)
def test_settings_that_aws_would_refuse(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        FileSystemSettings.model_validate(settings)


@pytest.mark.parametrize("other", ["eu-centrl-1", "cn-north-1", "us-gov-west-1"])
def test_a_copy_goes_to_a_region_that_there_is(other: str) -> None:
    check_replication(FileSystemSettings(replication_region="eu-central-1"), "eu-central-2")
    check_replication(FileSystemSettings(replication_region="eu-central-2"), "eu-central-2")
    check_replication(FileSystemSettings(), "eu-central-2")
    with pytest.raises(ValueError, match=f"replication_region is {other}"):
        check_replication(FileSystemSettings(replication_region=other), "eu-central-2")
