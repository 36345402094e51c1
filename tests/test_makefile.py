"""``make``, with programs that only write down what they were asked to do: nothing is installed here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):.*##", MAKEFILE, re.MULTILINE)
TOOLS = ("awk", "date", "env", "find", "grep", "make", "mkdir", "rm", "sh", "touch")

RECORD = 'echo "$(basename "$0") $*" >> {calls}\n'
PYTHON = f"""#!/bin/sh
{RECORD}
case "$*" in
  "-m venv"*)
    for folder; do :; done
    mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python" && cp "$0" "$folder/bin/pip" ;;
  "-m pip --version") [ -z "$NO_PIP" ] ;;
  "-c import typer") [ -z "$NO_PACKAGES" ] ;;
  "operations/preflight.py") exec {sys.executable} operations/preflight.py ;;
  "-m operations"*) exit "${{HOLDFAST_ENDS:-0}}" ;;
esac
"""
TOOL = f"""#!/bin/sh
{RECORD}
case "$1" in --version|version) echo "v{{version}}"; exit ;; esac
case "$*" in "$BROKEN"*) [ -z "$BROKEN" ] || exit 1 ;; esac
case "$*" in ci*) mkdir -p node_modules ;; esac
"""


@dataclass(frozen=True)
class Place:
    """A checkout with a PATH of its own."""

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder.with_name("programs")

    def put(self, name: str, text: str) -> None:
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(text.replace("{calls}", str(self.calls_file)), encoding="utf-8")
        path.chmod(0o755)

    @property
    def calls_file(self) -> Path:
        return self.folder.with_name("calls")

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        self.calls_file.write_text("")
        return subprocess.run(
            ["make", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.programs), "HOME": str(self.folder), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """What was done, without the questions for versions."""
        lines = self.calls_file.read_text(encoding="utf-8").splitlines()
        questions = ("--version", " version", "preflight.py", "import typer")
        return [line for line in lines if not line.endswith(questions)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "checkout")
    made.folder.mkdir()
    made.programs.mkdir()
    for name in ("Makefile", "Pipfile.lock", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, made.folder / name)
    (made.folder / "operations").mkdir()
    shutil.copy(ROOT / "operations" / "preflight.py", made.folder / "operations")
    for name in (*TOOLS, "basename", "cp"):
        found = shutil.which(name)
        assert found, name
        (made.programs / name).symlink_to(found)
    made.put("python3", PYTHON)
    made.put("pipenv", TOOL.format(version="2026.10.3", calls="{calls}"))
    for name, version in (("node", "22.11.0"), ("npm", "10.9.0"), ("terraform", "1.11.4")):
        made.put(name, TOOL.format(version=version, calls="{calls}"))
    return made


@pytest.fixture
def installed(place: Place) -> Place:
    done = place.make("install")
    assert done.returncode == 0, done.stderr
    return place


# The file itself


def test_it_keeps_to_what_make_3_81_understands() -> None:
    """macOS has that version: https://www.gnu.org/software/make/manual/ lists what came later."""
    later = {
        "3.82": r"^\.ONESHELL|^\.SHELLFLAGS|^undefine |^define \w+ *=|^private ",
        "4.0": r"::=|!=|\$\(guile|\$\(file ",
        "4.2": r"\.SHELLSTATUS",
        "4.3": r"&:|^\.EXTRA_PREREQS",
        "4.4": r"\.WAIT|\$\(let |\$\(intcmp ",
    }
    code = "\n".join(line for line in MAKEFILE.splitlines() if not line.startswith(("\t", "#")))
    found = [version for version, pattern in later.items() if re.search(pattern, code, re.MULTILINE)]
    assert found == []


def test_recipes_are_for_a_plain_shell() -> None:
    assert not re.search(r"\[\[|\bsource |\bfunction |<\(|\$\{\w+[\^,]", MAKEFILE)


def test_every_target_for_people_is_phony_and_explained(place: Place) -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert set(TARGETS) <= set(phony.split())
    assert {"help", "demo", "destroy", "install", "test", "unit", "lint", "format", "clean"} <= set(TARGETS)
    shown = place.make().stdout
    assert shown == place.make("help").stdout
    assert re.findall(r"^  make ([\w-]+) +\w", shown, re.MULTILINE) == TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_a_plan_of_a_target_does_nothing(place: Place, target: str) -> None:
    assert place.make("-n", target).returncode == 0
    assert place.calls() == []
    assert not (place.folder / ".venv").exists()


# What is missing


def test_everything_missing_is_named_before_anything_is_installed(place: Place) -> None:
    for name in ("node", "npm", "terraform"):
        (place.programs / name).unlink()
    done = place.make("install")
    assert done.returncode == 2
    for name in ("Node.js", "npm", "Terraform"):
        assert f"{name}\n  found:   not on the PATH" in done.stderr
    assert place.calls() == []


def test_without_python_it_is_said_where_to_get_it(place: Place) -> None:
    (place.programs / "python3").unlink()
    done = place.make("install")
    assert done.returncode == 2
    assert "Python 3.11 or newer is missing: https://www.python.org/downloads" in done.stderr
    place.put("python3.12", PYTHON)
    assert place.make("install", "PYTHON=python3.12").returncode == 0


# Installation


def test_it_installs_from_the_locks_once(installed: Place) -> None:
    assert sorted(installed.calls()) == [
        "npm ci --ignore-scripts --no-progress --loglevel=error",
        "pipenv sync --dev",
        "python -m modules.lazy_bindings.warm main.py",
        "python3 -m venv --clear .venv",
    ]
    assert installed.make("install").returncode == 0
    assert installed.calls() == []


@pytest.mark.parametrize(
    ("changed", "again"),
    [("Pipfile.lock", "pipenv sync --dev"), ("package-lock.json", "npm ci --ignore-scripts")],
)
def test_a_changed_lock_is_installed_again(installed: Place, changed: str, again: str) -> None:
    for stamp in (".venv/.installed", "node_modules/.installed", ".venv/.warm"):
        os.utime(installed.folder / stamp, (0, 0))
    for lock in {"Pipfile.lock", "package-lock.json", ".npmrc"} - {changed}:
        os.utime(installed.folder / lock, (0, 0))
    installed.make("install")
    installs = [call for call in installed.calls() if not call.startswith("python ")]
    assert len(installs) == 1
    assert installs[0].startswith(again)
    assert "python -m modules.lazy_bindings.warm main.py" in installed.calls()


@pytest.mark.parametrize(
    ("broken", "left"), [("ci", "npm ci --ignore-scripts"), ("sync", "pipenv sync --dev")]
)
def test_what_broke_off_is_all_that_is_done_again(place: Place, broken: str, left: str) -> None:
    assert place.make("install", BROKEN=broken).returncode == 2
    assert not (place.folder / ".venv" / ".warm").exists()
    assert place.make("install").returncode == 0
    first, second = place.calls()
    assert first.startswith(left)
    assert second == "python -m modules.lazy_bindings.warm main.py"


def test_a_virtual_environment_that_is_half_made_is_made_anew(installed: Place) -> None:
    (installed.folder / ".venv" / ".installed").unlink()
    installed.make("install", NO_PIP="1")
    assert "python3 -m venv --clear .venv" in installed.calls()
    (installed.folder / ".venv" / ".installed").unlink()
    installed.make("install")
    assert "python3 -m venv --clear .venv" not in installed.calls()


def test_a_replaced_python_gets_the_packages_again(installed: Place) -> None:
    installed.make("install", NO_PACKAGES="1", NO_PIP="1")
    assert "python3 -m venv --clear .venv" in installed.calls()
    assert "pipenv sync --dev" in installed.calls()


@pytest.mark.parametrize("there", ["none", "one that does not run"])
def test_without_pipenv_a_pinned_one_is_used(place: Place, there: str) -> None:
    if there == "none":
        (place.programs / "pipenv").unlink()
    else:
        place.put("pipenv", "#!/bin/sh\nexit 1\n")
    place.make("install")
    (version,) = re.findall(r"^PIPENV_VERSION = (.*)$", MAKEFILE, re.MULTILINE)
    assert "python3 -m venv .tools" in place.calls()
    assert f"pip install -qq pipenv=={version}" in place.calls()


# What people run


@pytest.mark.parametrize(
    ("target", "calls"),
    [
        (
            "unit",
            [
                "python -m pytest -q -n 2 --dist loadgroup -m not terraform and not server and not deployed and not slow"
            ],
        ),
        ("rotation-matrix", ["python -m tests.rotation_matrix"]),
        ("lint", ["python -m ruff check .", "python -m ruff format --check .", "python -m mypy"]),
        ("format", ["python -m ruff format .", "python -m ruff check --fix ."]),
        ("demo", ["python -m operations demo"]),
        ("destroy", ["python -m operations demo --destroy"]),
    ],
)
def test_targets_run_what_they_say_as_often_as_they_are_called(
    installed: Place, target: str, calls: list[str]
) -> None:
    for _ in range(2):
        done = installed.make(target)
        assert done.returncode == 0, done.stderr
        assert installed.calls() == calls


def test_what_fails_fails(installed: Place) -> None:
    assert installed.make("demo", HOLDFAST_ENDS="1").returncode == 2
    assert installed.make("destroy", HOLDFAST_ENDS="2").returncode == 2


def test_without_an_installation_nothing_is_destroyed(place: Place) -> None:
    done = place.make("destroy")
    assert (done.returncode, done.stdout) == (0, "Nothing is installed, so nothing to destroy.\n")
    assert place.calls() == []


# Cleaning


def test_it_removes_what_was_installed_and_leaves_what_people_wrote(installed: Place) -> None:
    folder = installed.folder
    for name in (".holdfast/logs/it.log", "cdktf.out/manifest.json", "cfn-outputs/flat-outputs.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    for name in (".coverage", ".coverage.1", "dev.dev.citizen-data.tfstate", "operations/__pycache__"):
        (folder / name).touch() if "cache" not in name else (folder / name).mkdir()
    (folder / "backend.tf").write_text("terraform {}\n")
    for _ in range(2):
        done = installed.make("clean")
        assert done.returncode == 0, done.stderr
        left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert left == {
            ".npmrc",
            "Makefile",
            "Pipfile.lock",
            "backend.tf",
            "dev.dev.citizen-data.tfstate",
            "operations/preflight.py",
            "package-lock.json",
        }


def test_the_backend_file_of_the_demo_goes(installed: Place) -> None:
    from operations.demo import MARK

    (installed.folder / "backend.tf").write_text(MARK)
    installed.make("clean")
    assert not (installed.folder / "backend.tf").exists()


def test_the_local_aws_is_stopped_first_and_nothing_goes_when_that_fails(installed: Place) -> None:
    (installed.folder / ".holdfast" / "local").mkdir(parents=True)
    done = installed.make("clean", HOLDFAST_ENDS="1")
    assert done.returncode == 2
    assert "rm -r .holdfast/local" in done.stderr
    assert (installed.folder / ".venv" / ".installed").exists()
    installed.make("clean")
    assert installed.calls() == ["python -m operations local reset --yes"]
    assert not (installed.folder / ".holdfast").exists()
