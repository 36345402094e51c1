"""S3 buckets, and what is configured beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.policies import allowed, attached, denies_plain_text, open_to_everyone
from operations.compliance.verdicts import (
    Verdict,
    decided,
    fails,
    is_true,
    needs_runtime,
    not_applicable,
    passes,
    require,
    require_set,
)
from operations.plans.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding
    from operations.plans.json_values import Json
    from operations.plans.statements import Statement

_TYPE = "aws_s3_bucket"
_LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
_NOTIFICATION = "aws_s3_bucket_notification"
_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_PUBLIC_READ = ("authenticated-read", "public-read", "public-read-write")
_PUBLIC_WRITE = ("public-read-write",)
_READS = ("s3:GetObject", "s3:ListBucket")
_WRITES = ("s3:DeleteObject", "s3:PutObject")
_FOR_OTHERS = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)
"""What no other account may do (Security Hub user guide, S3.6, 2026-11)."""

_TO_THE_BUS = "every event, to EventBridge"
_DELETIONS = frozenset({"s3:ObjectRemoved:*", _TO_THE_BUS})


def public_access_blocked(graph: Graph) -> Iterator[Finding]:
    """All four blocks of public access are on."""
    for bucket in graph.all(_TYPE):
        beside = _beside(graph, bucket, "aws_s3_bucket_public_access_block")
        if not isinstance(beside, list):
            yield beside
            continue
        values = {name: beside[0].value(name, default=False) for name in _BLOCKS}
        off = [name for name, value in values.items() if value is not UNKNOWN and not is_true(value)]
        if not off and UNKNOWN in values.values():
            yield needs_runtime(bucket, _BLOCKS[0])
        else:
            evidence = f"{', '.join(off)} off" if off else "all four on"
            yield decided(
                bucket, f"aws_s3_bucket_public_access_block.{(off or _BLOCKS)[0]}", not off, evidence
            )


def encrypted(graph: Graph) -> Iterator[Finding]:
    """Objects are encrypted unless somebody asks for something else."""
    yield from _encryption(graph, ("AES256", "aws:kms", "aws:kms:dsse"))


def encrypted_with_kms(graph: Graph) -> Iterator[Finding]:
    """Objects are encrypted with a key in KMS."""
    yield from _not_of_logs(graph, _encryption(graph, ("aws:kms", "aws:kms:dsse")))


def versioned(graph: Graph) -> Iterator[Finding]:
    """Overwritten and deleted objects are kept."""
    type_, path = "aws_s3_bucket_versioning", "versioning_configuration.status"
    yield from _by(graph, type_, path, lambda value: value == "Enabled")


def mfa_delete(graph: Graph) -> Iterator[Finding]:
    """Versions are deleted with a second factor only.

    S3 has no such buckets with a lifecycle, and the control looks at none (source: Security Hub user guide, S3.20, 2026-11).
    """
    type_, path = "aws_s3_bucket_versioning", "versioning_configuration.mfa_delete"
    ageing = {
        visible(bucket.address)
        for bucket in graph.all(_TYPE)
        if graph.referring(bucket, "bucket", _LIFECYCLE)
    }
    for finding in _by(graph, type_, path, lambda value: value == "Enabled"):
        if finding.address in ageing and finding.verdict is Verdict.FAIL:
            why = "has a lifecycle, which S3 allows in no bucket with MFA delete"
            yield replace(finding, verdict=Verdict.NOT_APPLICABLE, attribute=_LIFECYCLE, evidence=why)
        else:
            yield finding


def locked(graph: Graph) -> Iterator[Finding]:
    """Objects cannot be deleted for a time."""
    type_, path = "aws_s3_bucket_object_lock_configuration", "object_lock_enabled"
    found = _by(graph, type_, path, lambda value: value == "Enabled", default="Enabled")
    yield from _not_of_logs(graph, found)


def access_logged(graph: Graph) -> Iterator[Finding]:
    """Requests are logged."""
    for bucket in graph.all(_TYPE):
        beside = _beside(graph, bucket, "aws_s3_bucket_logging")
        if not isinstance(beside, list):
            takes = graph.referring(bucket, "target_bucket", "aws_s3_bucket_logging")
            yield not_applicable(bucket, "aws_s3_bucket_logging", "takes the logs") if takes else beside
        else:
            good = beside[0].is_set("target_bucket")
            yield decided(bucket, "aws_s3_bucket_logging.target_bucket", good, "set" if good else "not set")


def replicated(graph: Graph) -> Iterator[Finding]:
    """Objects are copied to another bucket."""
    type_ = "aws_s3_bucket_replication_configuration"
    for bucket in graph.all(_TYPE):
        beside = _beside(graph, bucket, type_)
        if not isinstance(beside, list):
            yield beside
            continue
        rules = beside[0].blocks("rule")
        enabled = UNKNOWN if rules is UNKNOWN else any(rule.get("status") == "Enabled" for rule in rules)
        yield decided(bucket, f"{type_}.rule.status", enabled, "Enabled" if enabled else "no rule is enabled")


def lifecycle(graph: Graph) -> Iterator[Finding]:
    """Objects move or expire by rules."""
    for bucket in graph.all(_TYPE):
        yield _lifecycle(graph, bucket)


def versions_expire(graph: Graph) -> Iterator[Finding]:
    """Where versions are kept, rules say for how long."""
    for bucket in graph.all(_TYPE):
        versioning = graph.referring(bucket, "bucket", "aws_s3_bucket_versioning")
        if versioning and versioning[0].value("versioning_configuration.status") == "Enabled":
            yield _lifecycle(graph, bucket)
        elif versioning and versioning[0].value("versioning_configuration.status") is UNKNOWN:
            yield needs_runtime(bucket, "aws_s3_bucket_versioning")
        else:
            yield not_applicable(bucket, "aws_s3_bucket_versioning", "not versioned")


def notifies(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of what happens to objects."""
    yield from _told(graph, bool)


def deletions_told(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of it when an object is deleted."""
    yield from _told(graph, lambda events: not _DELETIONS.isdisjoint(events))


def no_access_lists(graph: Graph) -> Iterator[Finding]:
    """Access lists decide nothing: the bucket's owner owns every object."""
    for bucket in graph.all(_TYPE):
        controls = graph.referring(bucket, "bucket", "aws_s3_bucket_ownership_controls")
        lists = graph.referring(bucket, "bucket", "aws_s3_bucket_acl")
        if controls:
            finding = require(
                controls[0], "rule.object_ownership", lambda value: value == "BucketOwnerEnforced"
            )
            yield _about(bucket, finding)
        else:
            # New buckets have them off (S3 user guide, "Controlling ownership of objects", 2026-11).
            yield decided(bucket, "aws_s3_bucket_acl", not lists, "set" if lists else "off, as AWS makes it")


def tls_only(graph: Graph) -> Iterator[Finding]:
    """Requests without TLS are denied."""
    for bucket in graph.all(_TYPE):
        found = _policy(graph, bucket)
        if found is None:
            yield needs_runtime(bucket, "aws_s3_bucket_policy.policy")
        else:
            good = denies_plain_text(found)
            yield decided(bucket, "aws_s3_bucket_policy.policy", good, f"{len(found)} statements")


def closed_to_other_accounts(graph: Graph) -> Iterator[Finding]:
    """No other account may change who can do what."""
    for bucket in graph.all(_TYPE):
        found = _policy(graph, bucket)
        if found is None:
            yield needs_runtime(bucket, "aws_s3_bucket_policy.policy")
            continue
        opened = [
            statement
            for statement in found
            if statement.effect == "Allow"
            and any(map(_is_another_account, statement.principals))
            and any(allowed(statement, action) for action in _FOR_OTHERS)
        ]
        evidence = str(opened[0]) if opened else f"{len(found)} statements"
        yield decided(bucket, "aws_s3_bucket_policy.policy", not opened, evidence)


def not_publicly_readable(graph: Graph) -> Iterator[Finding]:
    """Neither policy nor access list lets everyone read."""
    yield from _public(graph, _READS, _PUBLIC_READ)


def not_publicly_writable(graph: Graph) -> Iterator[Finding]:
    """Neither policy nor access list lets everyone write."""
    yield from _public(graph, _WRITES, _PUBLIC_WRITE)


def kept(graph: Graph) -> Iterator[Finding]:
    """A bucket with objects in it cannot be deleted."""
    for bucket in graph.all(_TYPE):
        yield require(bucket, "force_destroy", lambda value: not is_true(value), default=False)


def owner_enforced(graph: Graph) -> Iterator[Finding]:
    """It is said of every bucket that its owner owns all objects, and that access lists decide nothing."""
    type_, path = "aws_s3_bucket_ownership_controls", "rule.object_ownership"
    yield from _by(graph, type_, path, lambda value: value == "BucketOwnerEnforced")


def own_key(graph: Graph) -> Iterator[Finding]:
    """Objects are encrypted with a key of ours; of a bucket that takes logs it is said that S3 encrypts them."""
    type_ = "aws_s3_bucket_server_side_encryption_configuration"
    path = "rule.apply_server_side_encryption_by_default"
    for bucket in graph.all(_TYPE):
        beside = _beside(graph, bucket, type_)
        if not isinstance(beside, list):
            yield beside
        elif graph.referring(bucket, "target_bucket", "aws_s3_bucket_logging"):
            yield _about(bucket, require_set(beside[0], f"{path}.sse_algorithm"))
        else:
            yield _about(bucket, require_set(beside[0], f"{path}.kms_master_key_id"))


def _told(graph: Graph, accept: Callable[[Sequence[str]], bool]) -> Iterator[Finding]:
    """The verdict by the events of which a bucket notifies somebody."""
    for bucket in graph.all(_TYPE):
        beside = _beside(graph, bucket, _NOTIFICATION)
        if not isinstance(beside, list):
            yield beside
            continue
        kinds = [beside[0].blocks(name) for name in ("topic", "queue", "lambda_function")]
        bus = beside[0].value("eventbridge", default=False)
        events = [
            str(event)
            for blocks in kinds
            if blocks is not UNKNOWN
            for block in blocks
            for event in _events(block)
        ]
        if bus in (True, "true"):
            events.append(_TO_THE_BUS)
        if not accept(events) and UNKNOWN in (*kinds, bus):
            yield needs_runtime(bucket, _NOTIFICATION)
        else:
            yield decided(bucket, _NOTIFICATION, accept(events), ", ".join(events) or "nothing is told")


def _events(block: Mapping[str, Json]) -> list[Json]:
    found = block.get("events")
    return found if isinstance(found, list) else []


def _public(graph: Graph, actions: Sequence[str], lists: Sequence[str]) -> Iterator[Finding]:
    for bucket in graph.all(_TYPE):
        acls = [acl.value("acl") for acl in graph.referring(bucket, "bucket", "aws_s3_bucket_acl")]
        found = _policy(graph, bucket)
        wide = [acl for acl in acls if acl in lists]
        opened = [
            statement
            for statement in open_to_everyone(found or ())
            if any(allowed(statement, action) for action in actions)
        ]
        if wide:
            yield fails(bucket, "aws_s3_bucket_acl.acl", str(wide[0]))
        elif opened:
            yield fails(bucket, "aws_s3_bucket_policy.policy", str(opened[0]))
        elif found is None or UNKNOWN in acls:
            yield needs_runtime(bucket, "aws_s3_bucket_policy.policy")
        else:
            yield passes(bucket, "aws_s3_bucket_policy.policy", "open to nobody else")


def _not_of_logs(graph: Graph, found: Iterator[Finding]) -> Iterator[Finding]:
    """Findings, without those on buckets that take logs of requests.

    S3 delivers logs to no bucket with a default lock, and to none whose default key is one of KMS
    (source: S3 user guide, "Enabling Amazon S3 server access logging", 2026-11).
    """
    of_logs = {
        visible(bucket.address)
        for bucket in graph.all(_TYPE)
        if graph.referring(bucket, "target_bucket", "aws_s3_bucket_logging")
    }
    for finding in found:
        if finding.address in of_logs and finding.verdict is Verdict.FAIL:
            why = "takes logs, which S3 does not deliver to such a bucket"
            yield replace(finding, verdict=Verdict.NOT_APPLICABLE, evidence=why)
        else:
            yield finding


def _encryption(graph: Graph, accepted: Sequence[str]) -> Iterator[Finding]:
    path = "rule.apply_server_side_encryption_by_default.sse_algorithm"
    # Without a configuration S3 encrypts with a key of its own (S3 user guide, "default encryption", 2026-11).
    yield from _by(
        graph,
        "aws_s3_bucket_server_side_encryption_configuration",
        path,
        lambda value: value in accepted,
        absent="AES256" in accepted,
    )


def _lifecycle(graph: Graph, bucket: Resource) -> Finding:
    beside = _beside(graph, bucket, _LIFECYCLE)
    if not isinstance(beside, list):
        return beside
    rules = beside[0].blocks("rule")
    enabled = UNKNOWN if rules is UNKNOWN else any(rule.get("status") == "Enabled" for rule in rules)
    return decided(
        bucket, f"{_LIFECYCLE}.rule.status", enabled, "Enabled" if enabled else "no rule is enabled"
    )


def _by(
    graph: Graph,
    type_: str,
    path: str,
    accept: Callable[[Json], bool],
    *,
    default: Json = None,
    absent: bool = False,
) -> Iterator[Finding]:
    """The verdict by one attribute of what is configured beside each bucket."""
    for bucket in graph.all(_TYPE):
        beside = _beside(graph, bucket, type_)
        if isinstance(beside, list):
            yield _about(bucket, require(beside[0], path, accept, default=default))
        elif absent and not graph.unresolved("bucket", type_):
            yield passes(bucket, type_, "as S3 does by itself")
        else:
            yield beside


def _beside(graph: Graph, bucket: Resource, type_: str) -> list[Resource] | Finding:
    """What is configured beside a bucket; without any, the verdict on that."""
    found = graph.referring(bucket, "bucket", type_)
    if found:
        return found
    return decided(bucket, type_, UNKNOWN if graph.unresolved("bucket", type_) else False, "not configured")


def _about(bucket: Resource, finding: Finding) -> Finding:
    beside = finding.address.split(".", maxsplit=1)[0]
    return replace(finding, address=visible(bucket.address), attribute=f"{beside}.{finding.attribute}")


def _policy(graph: Graph, bucket: Resource) -> Sequence[Statement] | None:
    return attached(graph, bucket, "bucket", "aws_s3_bucket_policy")


def _is_another_account(principal: str) -> bool:
    """Whether a principal of a policy is, or may be, of another account: one that is written out."""
    return (
        principal == "*" or principal.isdecimal() or (principal.startswith("arn:") and "${" not in principal)
    )
