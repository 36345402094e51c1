"""Which parameters of an RDS parameter group the local PostgreSQL gets, and why not the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

LIBRARIES = "shared_preload_libraries"

NOT_OFFERED = frozenset(
    {
        "archive_cleanup_command",
        "archive_command",
        "archive_library",
        "archive_mode",
        "config_file",
        "data_directory",
        "dynamic_library_path",
        "external_pid_file",
        "fsync",
        "hba_file",
        "ident_file",
        "listen_addresses",
        "local_preload_libraries",
        "log_directory",
        "logging_collector",
        "password_encryption",
        "port",
        "recovery_end_command",
        "restore_command",
        "session_preload_libraries",
        "ssl",
        "ssl_ca_file",
        "ssl_cert_file",
        "ssl_key_file",
        "timezone",
        "unix_socket_directories",
        "wal_keep_size",
        "wal_level",
    }
)
"""What RDS decides itself, and what the local server's own settings are."""

Check = Callable[[Mapping[str, str]], str | None]
"""Asks the server whether it would start with these parameters; its complaint, or None."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What became of the parameters.

    Args:
        taken: name to value, as PostgreSQL gets them.
        skipped: name to the reason.
    """

    taken: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)

    def fallbacks(self) -> Iterator[Choice]:
        """Yield this choice, then what to try when the server does not start with it: without one, then without all."""
        yield self
        for name in self.taken:
            yield self._without(name)
        if self.taken:
            yield self._without(*self.taken)

    def _without(self, *names: str) -> Choice:
        taken = {name: value for name, value in self.taken.items() if name not in names}
        reason = (
            "the server does not start with it"
            if len(names) == 1
            else "the server does not start with all of them"
        )
        return Choice(taken=taken, skipped={**self.skipped, **dict.fromkeys(names, reason)})


def choose(group: Mapping[str, str], check: Check) -> Choice:
    """Take what the server accepts.

    Args:
        group: name to value, as the parameter group has them.
        check: asks the server.
    """
    taken: dict[str, str] = {}
    skipped: dict[str, str] = {}
    libraries = [name.strip() for name in group.get(LIBRARIES, "").split(",") if name.strip()]
    loaded = [name for name in libraries if check({LIBRARIES: name}) is None]
    if loaded:
        taken[LIBRARIES] = ",".join(loaded)
    if missing := [name for name in libraries if name not in loaded]:
        skipped[LIBRARIES] = f"{', '.join(missing)} cannot be loaded on this machine"
    offered: dict[str, str] = {}
    for name, value in sorted(group.items()):
        reason = _reason(name, value, loaded)
        if reason:
            skipped[name] = reason
        elif name != LIBRARIES:
            offered[name] = value
    if check({**taken, **offered}) is None:
        return Choice(taken={**taken, **offered}, skipped=skipped)
    for name, value in offered.items():
        if complaint := check({**taken, name: value}):
            skipped[name] = complaint
        else:
            taken[name] = value
    return Choice(taken=taken, skipped=skipped)


def _reason(name: str, value: str, loaded: list[str]) -> str | None:
    """Return why the server is not even asked."""
    prefix, dot, _ = name.partition(".")
    if prefix == "rds":
        return "it is RDS's own"
    if dot and prefix not in loaded:
        return f"the library {prefix} is not loaded"
    if name in NOT_OFFERED:
        return "the local AWS decides it"
    if "{" in value:
        return "it is a formula of RDS"
    return None
