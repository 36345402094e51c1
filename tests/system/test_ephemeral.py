"""The one command on a fresh checkout, and what people do after it."""

from __future__ import annotations

import json
import re

import pytest

from tests.system import alignment
from tests.system.checkout import STACK, Checkout, succeeded
from tests.system.fixtures import Demo
from tests.system.leaks import places_with

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.terraform,
    pytest.mark.server,
]


def _passwords(checkout: Checkout) -> set[str]:
    """All that the secret has ever held and still has."""
    client = checkout.client("secretsmanager")
    arns = [
        value for name, value in checkout.outputs.items() if re.fullmatch(r"(\w+_)?credentials_arn", name)
    ]
    found = set()
    for arn in arns:
        for version in client.list_secret_version_ids(SecretId=arn, IncludeDeprecated=True)["Versions"]:
            value = client.get_secret_value(SecretId=arn, VersionId=version["VersionId"])["SecretString"]
            found.add(json.loads(value)["password"])
    return found


def test_it_says_what_it_does_and_how_long_that_takes(demo: Demo) -> None:
    assert f"cdktf deploy {STACK}" in demo.printed
    assert "no changes" in demo.printed
    assert "in all" in demo.printed
    assert "emulated" in demo.printed


def test_the_outputs_are_written(demo: Demo) -> None:
    outputs = demo.checkout.outputs
    assert outputs["region"] == "eu-central-2"
    assert outputs["database_endpoint"].endswith(outputs["database_port"])


def test_it_ends_with_rotations_and_their_logins_work_over_tls(demo: Demo) -> None:
    """Through Secrets Manager, Lambda and PostgreSQL; of alternating users both logins work."""
    _, _, rotated = demo.printed.partition("no changes")
    assert rotated.count("AWSCURRENT has moved to ") == 2
    unwrapped = " ".join(rotated.split())
    logins = re.findall(r"(AWS[A-Z]+) logs in as (\w+) at \S+, over verified TLS", unwrapped)
    assert [label for label, _ in logins].count("AWSCURRENT") == 2
    assert ("AWSPREVIOUS", "citizen_app") in logins or ("AWSPREVIOUS", "citizen_app_clone") in logins


def test_static_and_live_verdicts_agree(demo: Demo) -> None:
    alignment.agree(demo.checkout, STACK)


def test_what_is_changed_by_hand_is_seen_live(demo: Demo) -> None:
    kms, key = demo.checkout.client("kms"), demo.checkout.outputs["key_arns_logs"]
    kms.disable_key_rotation(KeyId=key)
    try:
        live = alignment.verdicts(demo.checkout, STACK, "--live --pack security-hub")
    finally:
        kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=365)
    assert sorted(said for (rule, _), said in live.items() if rule == "KMS.4") == ["fail", *["pass"] * 4]


def test_no_password_is_left_anywhere(demo: Demo) -> None:
    checkout = demo.checkout
    found = places_with(_passwords(checkout), checkout.folder, more=checkout.states())
    assert found == []


def test_a_second_run_is_quick_and_changes_nothing(demo: Demo) -> None:
    printed = succeeded(demo.checkout.holdfast("demo"))
    assert "nothing was changed" in printed


def test_what_is_deployed_survives_a_restart(demo: Demo) -> None:
    checkout = demo.checkout
    succeeded(checkout.holdfast("local", "down"))
    succeeded(checkout.holdfast("local", "up"))
    assert checkout.terraform("plan -detailed-exitcode -input=false -no-color").returncode == 0


def test_the_cdktf_cli_works_with_what_local_env_prints(demo: Demo) -> None:
    checkout = demo.checkout
    succeeded(checkout.in_local_shell("npx cdktf synth"))
    assert "No changes" in succeeded(checkout.in_local_shell(f"npx cdktf diff {STACK}"))
    assert "No changes" in succeeded(checkout.in_local_shell(f"npx cdktf deploy {STACK}"))
    succeeded(checkout.in_local_shell(f"npx cdktf destroy {STACK}"))
    assert succeeded(checkout.terraform("state list")).split() == []


def test_destroying_the_demo_leaves_nothing_behind(demo: Demo) -> None:
    checkout = demo.checkout
    succeeded(checkout.holdfast("demo", "--destroy"))
    for name in ("backend.tf", "cdktf.out", "cfn-outputs", ".holdfast/local"):
        assert not (checkout.folder / name).exists(), name
