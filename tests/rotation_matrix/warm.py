"""Imported once by the process that forks: what a warm Lambda function has in memory already."""

from __future__ import annotations

import gc

import functions.rotation.handler  # noqa: F401
import tests.rotation_matrix.function  # noqa: F401
from functions.rotation import secrets_manager

# The description of the service is read once. Region and credentials are each invocation's own.
secrets_manager._session().create_client(
    "secretsmanager", region_name="eu-central-2", aws_access_key_id="none", aws_secret_access_key="none"
)

# A collection in each fork would touch, and so copy, all of this memory: most of what a short invocation costs.
gc.freeze()
gc.disable()
