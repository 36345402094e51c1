"""For each check a small system that passes it, and one change that must make it fail."""

from __future__ import annotations

from tests.operations.compliance.cases import access, databases, networks, observation, storage
from tests.operations.compliance.cases.making import Case

CASES: dict[str, Case] = {
    **access.CASES,
    **databases.CASES,
    **networks.CASES,
    **observation.CASES,
    **storage.CASES,
}
