from __future__ import annotations

import json

from tests.system.fixtures import Deployed


def _keys(deployed: Deployed) -> dict[str, str]:
    prefix = "key_arns_"
    return {
        name.removeprefix(prefix): arn for name, arn in deployed.outputs.items() if name.startswith(prefix)
    }


def test_each_kind_of_data_has_its_own_key(deployed: Deployed) -> None:
    keys = _keys(deployed)
    assert {"database", "filesystem", "secrets", "logs", "backups"} <= keys.keys()
    assert len(set(keys.values())) == len(keys)


def test_keys_rotate(deployed: Deployed) -> None:
    kms = deployed.client("kms")
    for arn in _keys(deployed).values():
        assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is True


def test_keys_have_names_with_the_suffix(deployed: Deployed) -> None:
    kms = deployed.client("kms")
    for arn in _keys(deployed).values():
        (alias,) = kms.list_aliases(KeyId=arn)["Aliases"]
        assert alias["AliasName"].endswith(f"-{deployed.outputs['suffix']}")


def test_no_key_is_open_to_everybody_and_none_locks_the_account_out(deployed: Deployed) -> None:
    kms = deployed.client("kms")
    for arn in _keys(deployed).values():
        policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
        allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
        assert any(str(statement["Principal"].get("AWS", "")).endswith(":root") for statement in allowed)
        for statement in allowed:
            anybody = statement["Principal"] in ("*", {"AWS": "*"})
            assert not anybody or "aws:PrincipalAccount" in json.dumps(statement.get("Condition", {}))
