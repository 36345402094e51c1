"""Runs in Checkov's environment, which has readers of policies: cloudsplaining, and policy_sentry with AWS's list of actions.

Reads ``{"actions": [...], "policies": {address: document}}`` from standard input, and writes what was found.
"""

import json
import sys

from cloudsplaining.scan.policy_document import PolicyDocument  # type: ignore[import-not-found]
from policy_sentry.querying.all import get_all_actions  # type: ignore[import-not-found]
from policy_sentry.shared.iam_data import get_service_prefix_data  # type: ignore[import-not-found]


def main() -> None:
    given = json.load(sys.stdin)
    known = {action.lower() for action in get_all_actions()}
    json.dump(
        {
            "unknown": [action for action in given["actions"] if action.lower() not in known],
            "without_resources": [action for action in given["actions"] if not _resources(action)],
            "risks": {address: _risks(document) for address, document in given["policies"].items()},
        },
        sys.stdout,
    )


def _resources(action: str) -> list[str]:
    """The kinds of resources that an action can be limited to, by AWS's Service Authorization Reference."""
    service, _, name = action.partition(":")
    privileges = get_service_prefix_data(service)["privileges"]
    found = next((data for key, data in privileges.items() if key.lower() == name.lower()), None)
    return [kind for kind in found["resource_types"] if kind] if found else []


def _risks(document: object) -> dict[str, list[str]]:
    policy = PolicyDocument(document)
    found = {
        "changes infrastructure": policy.infrastructure_modification,
        "escalates": policy.allows_privilege_escalation,
        "manages permissions": policy.permissions_management_without_constraints,
        "takes data out": policy.allows_data_exfiltration_actions,
        "hands out credentials": policy.credentials_exposure,
        "whole services": policy.service_wildcard,
    }
    return {risk: [str(action) for action in actions] for risk, actions in found.items() if actions}


if __name__ == "__main__":
    main()
