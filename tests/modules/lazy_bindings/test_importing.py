"""The import hook, on a small provider: what is imported when, and what happens when it looks otherwise."""

from __future__ import annotations

import importlib
import sys
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

import jsii
import pytest

from modules.lazy_bindings import LazyBindingsWarning
from modules.lazy_bindings.importing import LazyProviderFinder
from tests.modules.lazy_bindings.packages import ASSEMBLY, PACKAGE, python_index, write_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MODULES = ["vpc", "sns_topic", "subnet"]


@pytest.fixture(autouse=True)
def _forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package is found in the test's folder, by our finder, and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", [LazyProviderFinder(), *sys.meta_path])
    monkeypatch.setattr(jsii._reference_map, "_submodule_fqn_map", {})
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def plain(tmp_path: Path) -> Callable[..., Any]:
    """Imports a package that shall be imported in full, with a warning that gives the reason."""

    def load(index: str, *, reason: str) -> Any:
        write_python(tmp_path, index, MODULES)
        with pytest.warns(LazyBindingsWarning, match=reason) as caught:
            package = importlib.import_module(PACKAGE)
        assert len(caught) == 1
        assert imported() == MODULES
        return package

    return load


def load_lazily(folder: Path) -> Any:
    write_python(folder, python_index(MODULES), MODULES)
    with warnings.catch_warnings(action="error"):
        return importlib.import_module(PACKAGE)


def imported() -> list[str]:
    found: list[str] = sys.modules[f"{PACKAGE}._jsii"].imported
    return found


def test_nothing_is_imported_with_the_package(tmp_path: Path) -> None:
    load_lazily(tmp_path)
    assert imported() == []


def test_a_module_is_imported_when_it_is_read(tmp_path: Path) -> None:
    package = load_lazily(tmp_path)
    assert package.sns_topic is sys.modules[f"{PACKAGE}.sns_topic"]
    assert package.sns_topic is package.sns_topic
    assert imported() == ["sns_topic"]


@pytest.mark.parametrize(
    "statement",
    [
        f"from {PACKAGE} import sns_topic",
        f"import {PACKAGE}.sns_topic",
        f"import {PACKAGE}.sns_topic as topic",
        f"from {PACKAGE}.sns_topic import _jsii",
    ],
)
def test_every_form_of_import_imports_only_that_module(tmp_path: Path, statement: str) -> None:
    load_lazily(tmp_path)
    exec(statement, {})
    assert imported() == ["sns_topic"]


def test_a_star_import_imports_all(tmp_path: Path) -> None:
    load_lazily(tmp_path)
    names: dict[str, Any] = {}
    exec(f"from {PACKAGE} import *", names)
    assert set(MODULES) <= set(names)
    assert imported() == MODULES


def test_the_package_lists_what_the_plain_one_lists(tmp_path: Path) -> None:
    names = dir(load_lazily(tmp_path))
    assert names == sorted({*MODULES, *names})
    assert "__getattr__" not in names
    assert imported() == []


def test_the_private_half_imports_too(tmp_path: Path) -> None:
    """The package's own code runs in the module that publication.publish() puts aside."""
    package = load_lazily(tmp_path)
    assert package._private is not package
    assert package._private.vpc is package.vpc


def test_an_unknown_name_is_an_attribute_error(tmp_path: Path) -> None:
    package = load_lazily(tmp_path)
    with pytest.raises(AttributeError, match=f"module '{PACKAGE}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018 - what is read is tested


def test_jsii_is_told_where_types_are(tmp_path: Path) -> None:
    load_lazily(tmp_path)
    assert jsii._reference_map._submodule_fqn_map == {
        f"{ASSEMBLY}.vpc": f"{PACKAGE}.vpc",
        f"{ASSEMBLY}.snsTopic": f"{PACKAGE}.sns_topic",
        f"{ASSEMBLY}.subnet": f"{PACKAGE}.subnet",
    }


def test_a_package_of_another_shape_is_imported_in_full(plain: Callable[..., Any]) -> None:
    package = plain(
        python_index(MODULES, extra="answer = 42\n"),
        reason="stands 'answer = 42'.*All its modules are imported",
    )
    assert package._private.answer == 42


def test_an_older_jsii_means_the_plain_import(
    plain: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(jsii._reference_map, "_submodule_fqn_map")
    plain(python_index(MODULES), reason="the installed jsii does not import the modules of unknown types")


def test_a_package_that_is_lazy_itself_is_imported_as_it_is(tmp_path: Path) -> None:
    own = 'def __getattr__(name: str) -> object:\n    return f"its own {name}"\n'
    write_python(tmp_path, python_index([], extra=own), MODULES)
    with warnings.catch_warnings(action="error"):
        package = importlib.import_module(PACKAGE)
    assert package._private.vpc == "its own vpc"
    assert imported() == []


def test_a_zipped_package_is_imported_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = write_python(tmp_path / "unzipped", python_index(MODULES), MODULES)
    archive = tmp_path / "packages.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in package.rglob("*.py"):
            zipped.write(file, file.relative_to(package.parent))
    monkeypatch.syspath_prepend(str(archive))
    with pytest.warns(LazyBindingsWarning, match="its source is not a file on disk"):
        importlib.import_module(PACKAGE)
    assert imported() == MODULES


def test_a_provider_that_is_not_installed_is_not_found() -> None:
    with pytest.raises(ModuleNotFoundError, match=PACKAGE):
        importlib.import_module(PACKAGE)


def test_nothing_but_providers_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "cdktf_other.py").write_text("", encoding="utf-8")
    finder = LazyProviderFinder()
    assert finder.find_spec("cdktf_other", None) is None
    assert finder.find_spec(f"{PACKAGE}.vpc", [str(tmp_path)]) is None
