"""EFS over all zones: encrypted, reached over TLS and through mount targets only, never anonymously."""

from __future__ import annotations

from collections.abc import Callable

from cdktf_cdktf_provider_aws.efs_access_point import EfsAccessPoint
from cdktf_cdktf_provider_aws.efs_backup_policy import EfsBackupPolicy
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem, EfsFileSystemLifecyclePolicy
from cdktf_cdktf_provider_aws.efs_file_system_policy import EfsFileSystemPolicy
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from cdktf_cdktf_provider_aws.efs_replication_configuration import EfsReplicationConfiguration
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import Statement, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.filesystem.settings import FileSystemSettings
from modules.keys.key import IKey
from modules.network.network import INetwork
from modules.network.security_group import SecurityGroup

NFS = 2049


class FileSystem(Construct):
    """An EFS file system with a mount target in every zone.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        network: where the mount targets lie, in the private tier.
        settings: lifecycle, access points, replication.
        key: key of the data at rest.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        network: INetwork,
        settings: FileSystemSettings,
        key: IKey,
    ) -> None:
        super().__init__(scope, id)
        self.security_group: SecurityGroup = network.security_group(
            "filesystem-security-group", name=name("filesystem"), description="EFS mount targets"
        )
        self._system = EfsFileSystem(
            self,
            "system",
            creation_token=name("transaction-logs"),
            encrypted=True,
            kms_key_id=key.arn,
            performance_mode="generalPurpose",
            throughput_mode="elastic",
            # EFS takes one transition per policy object (constraint C23).
            lifecycle_policy=[
                EfsFileSystemLifecyclePolicy(transition_to_ia=settings.transition_to_ia),
                EfsFileSystemLifecyclePolicy(transition_to_primary_storage_class="AFTER_1_ACCESS"),
            ],
            tags={"Name": name("transaction-logs")},
            depends_on=[key.ready],
        )
        self.id = str(self._system.id)
        self.arn = str(self._system.arn)
        self.dns_name = str(self._system.dns_name)
        EfsFileSystemPolicy(self, "policy", file_system_id=self.id, policy=self._policy(account))
        EfsBackupPolicy(self, "backup", file_system_id=self.id, backup_policy={"status": "ENABLED"})
        self.mount_target_ids = {
            zone: str(
                EfsMountTarget(
                    self,
                    f"mount-{zone}",
                    file_system_id=self.id,
                    subnet_id=subnet_id,
                    security_groups=[self.security_group.id],
                ).id
            )
            for zone, subnet_id in network.subnet_ids("private").items()
        }
        self._access_points = {
            point: EfsAccessPoint(
                self,
                f"access-{point}",
                file_system_id=self.id,
                posix_user={"uid": chosen.uid, "gid": chosen.gid},
                root_directory={
                    "path": chosen.path,
                    "creation_info": {
                        "owner_uid": chosen.uid,
                        "owner_gid": chosen.gid,
                        "permissions": chosen.permissions,
                    },
                },
                tags={"Name": name(point)},
            )
            for point, chosen in sorted(settings.access_points.items())
        }
        self.access_point_ids = {point: str(resource.id) for point, resource in self._access_points.items()}
        if settings.replication_region is not None:
            EfsReplicationConfiguration(
                self,
                "replication",
                source_file_system_id=self.id,
                destination={"region": settings.replication_region},
            )

    def allow_from(self, client: SecurityGroup, why: str) -> None:
        """Let a client mount the file system; opens the client's way out too."""
        self.security_group.allow_from(client, NFS, why)

    def grant_read_write(self, role: Role, access_point: str) -> None:
        """Let a role mount and write through one access point.

        Raises:
            KeyError: when there is no such access point.
        """
        role.add(
            Statement(
                sid="MountFileSystem",
                actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                resources=[self.arn],
                conditions={
                    "StringEquals": {
                        "elasticfilesystem:AccessPointArn": str(self._access_points[access_point].arn)
                    }
                },
            )
        )

    def _policy(self, account: Account) -> str:
        # Once a file system has a policy, what it does not allow is refused. The usual statement for principal "*"
        # would let anonymous NFS clients in again, so only the account is named: IAM decides who of it
        # (source: EFS user guide, "Working with file systems that have public access", 2026-11).
        return policy_document(
            [
                Statement(
                    sid="PrincipalsOfThisAccount",
                    principals={"AWS": [account.root_arn]},
                    actions=["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                    resources=[self.arn],
                    conditions={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
                ),
                deny_plain_text(["elasticfilesystem:Client*"], [self.arn]),
            ]
        )
