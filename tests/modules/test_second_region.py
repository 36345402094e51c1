from __future__ import annotations

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.backup.settings import BackupSettings
from modules.keys.settings import KeySettings
from modules.second_region.second_region import SecondRegion
from modules.second_region.settings import SecondRegionSettings, check_second_region
from modules.settings import Profile
from tests.modules.site import REGION, Site, name
from tests.template import Template, statements

OTHER = "eu-central-1"


def _template(profile: Profile = "regulated", *, removable: bool = False, **settings: object) -> Template:
    def build(stack: TerraformStack) -> None:
        Site(stack)
        region = SecondRegion(
            stack,
            "second-region",
            name=name,
            settings=SecondRegionSettings.model_validate({"region": OTHER, **settings}),
            keys=KeySettings(),
            backup=BackupSettings(),
            continuous_days=35,
            profile=profile,
            removable=removable,
        )
        region.replicate_backups("arn:db")

    return Template.of(build)


@pytest.fixture(scope="module")
def region() -> Template:
    return _template()


def test_all_of_it_is_in_the_other_region(region: Template) -> None:
    providers = region.document["provider"]["aws"]
    assert providers == [{"region": REGION}, {"alias": "second-region", "region": OTHER}]
    resources = [resource for _kind, resource in region.everything()]
    assert len(resources) == 6
    assert {resource["provider"] for resource in resources} == {"aws.second-region"}


def test_the_automated_backups_have_a_key_of_that_region(region: Template) -> None:
    replicated = region.one("aws_db_instance_automated_backups_replication")
    assert (replicated["source_db_instance_arn"], replicated["retention_period"]) == ("arn:db", 7)
    assert region.address("aws_kms_key", "backups/key") in replicated["kms_key_id"]
    policy = region.one("aws_kms_key")["policy"]
    via = statements(policy)["UseThroughServices"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == [f"backup.{OTHER}.amazonaws.com", f"rds.{OTHER}.amazonaws.com"]


def test_the_copies_are_as_protected_as_the_originals(region: Template) -> None:
    assert region.one("aws_backup_vault")["force_destroy"] is False
    assert region.one("aws_backup_vault_lock_configuration")["max_retention_days"] == 365
    assert "KeepRecoveryPoints" in statements(region.one("aws_backup_vault_policy")["policy"])
    assert _template(removable=True).all("aws_backup_vault_lock_configuration") == []
    assert _template("ephemeral").one("aws_backup_vault")["force_destroy"] is True


def test_either_can_be_left_out() -> None:
    without = _template(recovery_points=False)
    assert without.all("aws_backup_vault") == []
    assert len(without.all("aws_db_instance_automated_backups_replication")) == 1
    copies = _template(automated_backup_days=None)
    assert copies.all("aws_db_instance_automated_backups_replication") == []
    assert len(copies.all("aws_backup_vault")) == 1


@pytest.mark.parametrize("other", [REGION, "eu-middle-1", "cn-north-1", "us-gov-west-1"])
def test_regions_that_cannot_have_its_backups(other: str) -> None:
    with pytest.raises(ValueError, match=f"second_region.region is {other}"):
        check_second_region(SecondRegionSettings(region=other), REGION)


def test_c56_automated_backups_reach_some_regions_only() -> None:
    """Of Zurich they go to Frankfurt and Ireland; recovery points of AWS Backup go everywhere."""
    for reached in ("eu-central-1", "eu-west-1"):
        check_second_region(SecondRegionSettings(region=reached), REGION)
    with pytest.raises(ValueError, match=r"automated_backup_days with region eu-north-1 \[C56\]") as caught:
        check_second_region(SecondRegionSettings(region="eu-north-1"), REGION)
    assert "eu-central-1, eu-west-1" in str(caught.value)
    check_second_region(SecondRegionSettings(region="eu-north-1", automated_backup_days=None), REGION)


def test_c47_no_backup_of_a_cluster_leaves_its_region() -> None:
    check_second_region(SecondRegionSettings(region=OTHER), REGION)
    with pytest.raises(ValueError, match=r"second_region with database.cluster \[C47\]"):
        check_second_region(SecondRegionSettings(region=OTHER), REGION, cluster=True)


def test_a_second_region_for_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="neither automated backups nor recovery points"):
        SecondRegionSettings(region=OTHER, automated_backup_days=None, recovery_points=False)
    with pytest.raises(ValidationError, match="less than or equal to 35"):
        SecondRegionSettings(region=OTHER, automated_backup_days=36)
