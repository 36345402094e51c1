"""Where Terraform gets its providers: a named mirror, the user's own configuration, a mirror found, the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from environments.problem import Problem
from operations import terraform_cli
from operations.project import Project

if TYPE_CHECKING:
    from pathlib import Path

PACKED = f"terraform-provider-aws_{terraform_cli.PROVIDER_VERSION}_linux_amd64.zip"
UNPACKED = f"{terraform_cli.PROVIDER_VERSION}/linux_amd64"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any mirror: its system folders and home are empty."""
    monkeypatch.setattr(terraform_cli, "SYSTEM_FOLDERS", (tmp_path / "share", tmp_path / "opt"))
    (tmp_path / "home").mkdir()
    return tmp_path


def mirror(folder: Path, what: str = UNPACKED) -> Path:
    path = folder / "registry.terraform.io" / "hashicorp" / "aws" / what
    path.parent.mkdir(parents=True, exist_ok=True)
    if what.endswith(".zip"):
        path.touch()
    else:
        path.mkdir()
    return folder


def choose(machine: Path, **environ: str) -> terraform_cli.Choice:
    return terraform_cli.choose(Project(root=machine / "project"), environ=environ, home=machine / "home")


def text(choice: terraform_cli.Choice) -> str:
    assert choice.config is not None
    return choice.config.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "where", ["opt", "opt/terraform", "share/a/b", "home/.terraform.d", "home/.terraform.d/plugins"]
)
@pytest.mark.parametrize("what", [UNPACKED, PACKED])
def test_a_mirror_in_the_usual_places_is_found(machine: Path, where: str, what: str) -> None:
    found = mirror(machine / where, what)
    choice = choose(machine)
    assert f'path    = "{found}"' in text(choice)
    assert "registry.terraform.io/hashicorp/aws" in text(choice)
    assert choice.variables()["TF_CLI_CONFIG_FILE"] == str(choice.config)


def test_a_mirror_three_levels_down_is_not_searched_for(machine: Path) -> None:
    mirror(machine / "opt" / "a" / "b" / "c")
    assert "plugin_cache_dir" in text(choose(machine))


@pytest.mark.parametrize("what", ["5.99.1/linux_amd64", "terraform-provider-aws_5.99.1_linux_amd64.zip"])
def test_a_mirror_with_another_version_is_not_taken(machine: Path, what: str) -> None:
    mirror(machine / "opt", what)
    assert "plugin_cache_dir" in text(choose(machine))


def test_the_named_mirror_comes_first(machine: Path) -> None:
    mirror(machine / "opt")
    named = mirror(machine / "named")
    (machine / "home" / ".terraformrc").write_text("", encoding="utf-8")
    for name in (named, named / "registry.terraform.io"):
        assert f'path    = "{named}"' in text(choose(machine, TF_PLUGIN_MIRROR=str(name)))


def test_a_named_mirror_that_is_none_is_a_problem(machine: Path) -> None:
    with pytest.raises(Problem, match="names no mirror of the AWS provider") as caught:
        choose(machine, TF_PLUGIN_MIRROR=str(machine / "nowhere"))
    assert caught.value.given == str(machine / "nowhere")


def test_the_users_own_configuration_is_left_alone(machine: Path) -> None:
    mirror(machine / "opt")
    own = machine / "own.tfrc"
    own.write_text("", encoding="utf-8")
    choice = choose(machine, TF_CLI_CONFIG_FILE=str(own))
    assert choice.config == own
    assert str(own) in choice.reason
    assert not (machine / "project").exists()


def test_the_configuration_in_the_home_is_terraforms_to_find(machine: Path) -> None:
    mirror(machine / "opt")
    (machine / "home" / ".terraformrc").write_text("", encoding="utf-8")
    choice = choose(machine)
    assert choice.config is None
    assert "TF_CLI_CONFIG_FILE" not in choice.variables()


def test_a_variable_that_names_no_file_hides_nothing(machine: Path) -> None:
    found = mirror(machine / "opt")
    assert str(found) in text(choose(machine, TF_CLI_CONFIG_FILE=str(machine / "gone.tfrc")))


def test_without_a_mirror_the_registry_is_used_with_a_cache(machine: Path) -> None:
    choice = choose(machine)
    cache = machine / "project" / ".holdfast" / "terraform" / "plugins"
    assert f'plugin_cache_dir = "{cache}"' in text(choice)
    assert cache.is_dir()
    assert "registry" in choice.reason


def test_choosing_again_leaves_the_file_as_it_is(machine: Path) -> None:
    first = choose(machine)
    assert first.config is not None
    before = first.config.stat().st_mtime_ns
    again = choose(machine, TF_CLI_CONFIG_FILE=str(first.config))
    assert again == first
    assert first.config.stat().st_mtime_ns == before
