"""EFS file systems and access points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.policies import attached, denies_plain_text, open_to_everyone
from operations.compliance.rules.backup import in_a_plan
from operations.compliance.verdicts import decided, fails, needs_runtime, require, require_set, require_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

_TYPE = "aws_efs_file_system"


def encrypted(graph: Graph) -> Iterator[Finding]:
    """File systems are encrypted."""
    for filesystem in graph.all(_TYPE):
        yield require_true(filesystem, "encrypted")


def own_key(graph: Graph) -> Iterator[Finding]:
    """File systems are encrypted with a key of ours."""
    for filesystem in graph.all(_TYPE):
        yield require_set(filesystem, "kms_key_id")


def in_backup_plan(graph: Graph) -> Iterator[Finding]:
    """A plan of AWS Backup covers every file system."""
    for filesystem in graph.all(_TYPE):
        yield in_a_plan(graph, filesystem)


def root_directory(graph: Graph) -> Iterator[Finding]:
    """Access points lead to a directory, not to the whole file system."""
    for point in graph.all("aws_efs_access_point"):
        yield require(point, "root_directory.path", lambda value: bool(value) and value != "/", default="/")


def user_identity(graph: Graph) -> Iterator[Finding]:
    """Access points decide who their clients are."""
    for point in graph.all("aws_efs_access_point"):
        blocks = point.blocks("posix_user")
        yield decided(
            point,
            "posix_user",
            UNKNOWN if blocks is UNKNOWN else bool(blocks),
            "set" if blocks else "not set",
        )


def automatic_backups(graph: Graph) -> Iterator[Finding]:
    """EFS backs every file system up by itself too."""
    for filesystem in graph.all(_TYPE):
        policies = graph.referring(filesystem, "file_system_id", "aws_efs_backup_policy")
        if not policies:
            yield fails(filesystem, "aws_efs_backup_policy", "no backup policy")
        for policy in policies:
            yield require(policy, "backup_policy.status", lambda value: value == "ENABLED")


def tls_only(graph: Graph) -> Iterator[Finding]:
    """Nobody mounts a file system without TLS."""
    for filesystem in graph.all(_TYPE):
        found = attached(graph, filesystem, "file_system_id", "aws_efs_file_system_policy")
        attribute = "aws_efs_file_system_policy.policy"
        if found is None:
            yield needs_runtime(filesystem, attribute)
        else:
            yield decided(filesystem, attribute, denies_plain_text(found), f"{len(found)} statements")


def private(graph: Graph) -> Iterator[Finding]:
    """No file system's policy lets everyone mount it."""
    for filesystem in graph.all(_TYPE):
        found = attached(graph, filesystem, "file_system_id", "aws_efs_file_system_policy")
        attribute = "aws_efs_file_system_policy.policy"
        if found is None:
            yield needs_runtime(filesystem, attribute)
        else:
            opened = open_to_everyone(found)
            # Without any policy whoever reaches a mount target may mount (EFS user guide, 2026-11).
            yield decided(filesystem, attribute, bool(found) and not opened, f"{len(found)} statements")
