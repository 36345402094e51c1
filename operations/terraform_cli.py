"""Terraform's own configuration: where it gets the AWS provider from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from operations.project import Project

HOST = "registry.terraform.io"
PROVIDER = Path("hashicorp/aws")
PROVIDER_VERSION = "5.100.0"
"""The AWS provider that cdktf-cdktf-provider-aws 20.1.0 is generated from."""

SYSTEM_FOLDERS = (Path("/usr/share"), Path("/usr/local/share"), Path("/opt"))
MIRROR_VARIABLE = "TF_PLUGIN_MIRROR"
CONFIG_VARIABLE = "TF_CLI_CONFIG_FILE"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which CLI configuration Terraform gets.

    Attributes:
        config: the file for ``TF_CLI_CONFIG_FILE``; None leaves Terraform to the one it finds itself.
        reason: one sentence that says where providers come from.
    """

    config: Path | None
    reason: str

    def variables(self) -> dict[str, str]:
        """The environment variables that make Terraform, and the cdktf CLI around it, follow the choice."""
        # The cdktf CLI points Terraform at a cache of its own, into which a mirror's 700 MB would be copied.
        chosen = {"CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1", "CHECKPOINT_DISABLE": "1"}
        return {**chosen, CONFIG_VARIABLE: str(self.config)} if self.config else chosen


def choose(project: Project, environ: Mapping[str, str] | None = None, home: Path | None = None) -> Choice:
    """Decide where Terraform gets its providers, and write the configuration that says so.

    In this order: the mirror that ``$TF_PLUGIN_MIRROR`` names; a configuration of the user's own, which is
    left alone; a mirror found in the usual places; the registry, with a cache that all stacks share.

    Args:
        project: where to write the configuration.
        environ: environment variables, the process's unless given.
        home: home directory, the user's unless given.

    Raises:
        Problem: ``$TF_PLUGIN_MIRROR`` names no mirror that has the AWS provider.
    """
    environ = os.environ if environ is None else environ
    home = home or Path.home()
    ours = project.work / "terraform" / "config.tfrc"
    if named := environ.get(MIRROR_VARIABLE):
        mirror = _mirror_at(Path(named).expanduser())
        if mirror is None:
            raise Problem(
                f"${MIRROR_VARIABLE} names no mirror of the AWS provider",
                given=named,
                allowed=f"a folder with {HOST}/{PROVIDER}/{PROVIDER_VERSION} in it",
                fix="correct it, or unset it",
            )
        return _mirrored(ours, mirror)
    for path in (Path(environ.get(CONFIG_VARIABLE, ours)), home / ".terraformrc"):
        if path.is_file() and path != ours:
            own = path if CONFIG_VARIABLE in environ else None
            return Choice(config=own, reason=f"providers as your own {path} says")
    own_folder = home / ".terraform.d"
    mirror = find_mirror([*SYSTEM_FOLDERS, own_folder, own_folder / "plugins"])
    if mirror is not None:
        return _mirrored(ours, mirror)
    return _from_registry(ours, project.work / "terraform" / "plugins")


def find_mirror(places: Iterable[Path]) -> Path | None:
    """The first mirror that has the AWS provider, in one of these folders or up to two levels below."""
    for place in places:
        for pattern in (HOST, f"*/{HOST}", f"*/*/{HOST}"):
            for found in sorted(place.glob(pattern)):
                mirror = _mirror_at(found.parent)
                if mirror is not None:
                    return mirror
    return None


def _mirror_at(folder: Path) -> Path | None:
    """The folder when it is a mirror, packed or unpacked, that has the AWS provider in the version needed."""
    for mirror in (folder, folder.parent if folder.name == HOST else folder):
        provider = mirror / HOST / PROVIDER
        if any((provider / PROVIDER_VERSION).glob("*_*")) or any(
            provider.glob(f"terraform-provider-aws_{PROVIDER_VERSION}_*.zip")
        ):
            return mirror
    return None


def _mirrored(config: Path, mirror: Path) -> Choice:
    """Providers that the mirror has come from there and only from there, the others from their registries."""
    names = sorted(
        f"{HOST}/{path.parent.name}/{path.name}" for path in (mirror / HOST).glob("*/*") if path.is_dir()
    )
    listed = ", ".join(json.dumps(name) for name in names)
    _write(
        config,
        f"""provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(mirror))}
    include = [{listed}]
  }}
  direct {{
    exclude = [{listed}]
  }}
}}
""",
    )
    return Choice(config=config, reason=f"providers from the mirror {mirror}")


def _from_registry(config: Path, cache: Path) -> Choice:
    cache.mkdir(parents=True, exist_ok=True)
    # Lock files live in the synthesized folders, which come and go; without the second line the cache would
    # be used only where one is left.
    _write(
        config,
        f"""plugin_cache_dir = {json.dumps(str(cache))}
plugin_cache_may_break_dependency_lock_file = true
""",
    )
    return Choice(config=config, reason="providers from Terraform's registry, kept for the next time")


def _write(config: Path, text: str) -> None:
    if config.is_file() and config.read_text(encoding="utf-8") == text:
        return
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(text, encoding="utf-8")
