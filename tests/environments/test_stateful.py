"""What holds data is known, by type."""

from __future__ import annotations

import re

from environments import stateful


def rows() -> list[list[str]]:
    lines = stateful.TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


def test_what_systems_like_ours_hold_is_in_it() -> None:
    assert {
        "aws_backup_vault",
        "aws_cloudwatch_log_group",
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_ebs_volume",
        "aws_efs_file_system",
        "aws_kms_key",
        "aws_rds_cluster",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
        "aws_sqs_queue",
    } <= stateful.stateful().keys()


def test_what_can_be_made_again_is_not() -> None:
    assert not {"aws_db_subnet_group", "aws_kms_alias", "aws_lambda_function", "aws_vpc"} & (
        stateful.stateful().keys()
    )


def test_every_row_is_whole_and_said_once_in_order() -> None:
    types = [type_ for type_, _holds in rows()]
    assert types == sorted(set(types))
    assert all(re.fullmatch(r"aws_[a-z0-9_]+", type_) for type_ in types)
    assert all(holds.strip() == holds and holds for _type, holds in rows())
    assert len(stateful.stateful()) == len(types)


def test_it_says_where_it_comes_from() -> None:
    head = stateful.TABLE.read_text(encoding="utf-8").splitlines()[:4]
    assert any(line.startswith("# source: ") for line in head)
    assert any(re.fullmatch(r"# date: 2\d{3}-\d\d-\d\d", line) for line in head)
