"""Which sources of a provider's ``__init__.py`` are understood, and what is said of the others."""

from __future__ import annotations

import pytest

from modules.lazy_bindings.package_index import UnexpectedShapeError, read_index
from tests.modules.lazy_bindings.packages import python_index

SOURCE = python_index(["vpc", "sns_topic", "wafv2_ip_set"])


def test_the_modules_are_those_that_stand_after_publish() -> None:
    index = read_index(SOURCE)
    assert index is not None
    assert index.submodules == ("vpc", "sns_topic", "wafv2_ip_set")
    assert index.head.endswith("]\n\npublication.publish()\n")
    assert SOURCE.startswith(index.head)


def test_a_package_that_is_lazy_itself_is_left_alone() -> None:
    assert read_index(SOURCE + "\ndef __getattr__(name: str) -> object:\n    return None\n") is None


@pytest.mark.parametrize(
    ("source", "difference"),
    [
        ("", "does not call publication.publish()"),
        (SOURCE.replace("publication.publish()", "publish()"), "does not call publication.publish()"),
        (SOURCE.replace("from ._jsii import *", "import x"), "does not load a jsii assembly"),
        (SOURCE + "register()\n", "after publication.publish() stands 'register()'"),
        (SOURCE + "from . import vpc as network\n", "stands 'from . import vpc as network'"),
        (SOURCE + "from .vpc import Vpc\n", "stands 'from .vpc import Vpc'"),
        (SOURCE + "    from . import indented\n", "stands '    from . import indented'"),
        (SOURCE + "x = '" + "x" * 200 + "'\n", "stands \"x = 'xxx"),
        (python_index([]), "imports no submodules"),
    ],
)
def test_anything_else_is_named(source: str, difference: str) -> None:
    with pytest.raises(UnexpectedShapeError) as raised:
        read_index(source)
    assert difference in str(raised.value)
    assert len(str(raised.value)) < 130
