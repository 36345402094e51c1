"""What tests have left in a local AWS that others use too."""

from __future__ import annotations

from tests.localcloud.server import REGION, Server


def delete_databases(server: Server, *regions: str) -> None:
    """Delete all instances, and the snapshots that are left, of the usual region and of others."""
    for region in (REGION, *regions):
        rds = server.client("rds", region)
        # Replicas were made after their sources.
        for instance in reversed(rds.describe_db_instances()["DBInstances"]):
            name = instance["DBInstanceIdentifier"]
            rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
            rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
        for snapshot in rds.describe_db_snapshots()["DBSnapshots"]:
            rds.delete_db_snapshot(DBSnapshotIdentifier=snapshot["DBSnapshotIdentifier"])
