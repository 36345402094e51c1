"""What ``holdfast comply`` says of a system in a checkout, as it is synthesized and as it is deployed."""

from __future__ import annotations

import json

from tests.system.checkout import Checkout

_DECIDED = {"pass", "fail"}


def verdicts(checkout: Checkout, stack: str, arguments: str = "") -> dict[tuple[str, str], str]:
    """The verdict of each rule on each resource; 3 is the exit code when rules are not met."""
    done = checkout.in_local_shell(f".venv/bin/python -m operations comply {stack} --format json {arguments}")
    assert done.returncode in {0, 3}, done.stderr
    return {
        (rule["id"], finding["address"]): finding["verdict"]
        for rule in json.loads(done.stdout)["rules"]
        for finding in rule["findings"]
    }


def agree(checkout: Checkout, stack: str) -> None:
    """Static and live verdicts are the same."""
    static, live = verdicts(checkout, stack), verdicts(checkout, stack, "--live")
    both = [place for place, said in static.items() if said in _DECIDED and live.get(place) in _DECIDED]
    assert {place: (static[place], live[place]) for place in both if static[place] != live[place]} == {}
    # What is not compared: what Terraform alone knows, such as whether a final snapshot will be made.
    assert len(both) > 0.9 * sum(said in _DECIDED for said in static.values())
