"""What an environment decides for each system."""

from __future__ import annotations

from modules.filesystem.settings import FileSystemSettings
from modules.postgres.settings import PostgresSettings


class CitizenDataSettings(PostgresSettings):
    """The ``citizen-data`` system.

    Args:
        filesystem: see :class:`FileSystemSettings`.
    """

    filesystem: FileSystemSettings = FileSystemSettings()
