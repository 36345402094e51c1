"""jsii finds the module of a type that nobody imported."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import jsii
import pytest

from modules.lazy_bindings import type_lookup
from modules.lazy_bindings.package_index import UnexpectedShapeError, read_index


@pytest.mark.parametrize(
    ("python", "jsii_name"),
    [
        ("vpc", "vpc"),
        ("db_instance", "dbInstance"),
        ("wafv2_ip_set", "wafv2IpSet"),
        ("data_aws_s3_bucket", "dataAwsS3Bucket"),
    ],
)
def test_names_in_jsii(python: str, jsii_name: str) -> None:
    assert type_lookup.camel_case(python) == jsii_name


def test_entries_of_a_package() -> None:
    assert type_lookup.entries("@cdktf/provider-fake", "fake", ["vpc", "sns_topic"]) == {
        "@cdktf/provider-fake.vpc": "fake.vpc",
        "@cdktf/provider-fake.snsTopic": "fake.sns_topic",
    }


@pytest.mark.parametrize("found", [None, []])
def test_a_jsii_without_table_is_refused(monkeypatch: pytest.MonkeyPatch, found: object) -> None:
    monkeypatch.setattr(jsii._reference_map, "_submodule_fqn_map", found)
    with pytest.raises(UnexpectedShapeError, match="does not import the modules of unknown types"):
        type_lookup.table()


def test_every_module_of_the_aws_provider_has_its_entry() -> None:
    """The names are computed; the generated sources say what they really are."""
    spec = importlib.util.find_spec("cdktf_cdktf_provider_aws")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    index = read_index((folder / "__init__.py").read_text(encoding="utf-8"))
    assert index is not None
    entries = type_lookup.entries("@cdktf/provider-aws", spec.name, index.submodules)
    type_name = re.compile(rb'jsii_type="(@cdktf/provider-aws\.\w+)\.')
    found = {}
    for name in index.submodules:
        with (folder / name / "__init__.py").open("rb") as source:
            match = type_name.search(source.read(50_000))
        assert match is not None, name
        found[match[1].decode()] = f"{spec.name}.{name}"
    assert len(found) > 2000
    assert entries == found


def test_an_object_of_an_unknown_type_gets_its_class() -> None:
    import cdktf_cdktf_provider_aws  # noqa: F401 - for its import

    module = "cdktf_cdktf_provider_aws.xray_sampling_rule"
    assert module not in sys.modules
    resolve: Any = jsii._reference_map.resolve_reference
    reference = jsii._kernel.types.ObjRef(ref="@cdktf/provider-aws.xraySamplingRule.XraySamplingRule@99999")
    found = resolve(jsii.kernel, reference)
    assert type(found) is sys.modules[module].XraySamplingRule
