"""What protects a regulated system from being destroyed by mistake, and how it is lifted."""

VARIABLE = "HOLDFAST_REMOVAL"
"""Environment variable that lifts the protection of what is synthesized, when it is ``allow``."""

REFUSAL = f"destroying-it-needs-{VARIABLE}-allow"
"""Name of the resource on which every plan fails that destroys the whole system: Terraform's error names it."""
