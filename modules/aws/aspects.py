"""What is applied to a whole tree of constructs instead of being repeated in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

import jsii
from cdktf import Aspects, IAspect, TerraformProvider, TerraformResource
from constructs import Construct, IConstruct


class _Taggable(Protocol):
    tags: Mapping[str, str]
    tags_input: Mapping[str, str] | None


@jsii.implements(IAspect)
class _Tags:
    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def visit(self, node: IConstruct) -> None:
        # The class is asked, not the object: each attribute of the object costs a round trip to Node.
        if isinstance(node, TerraformResource) and hasattr(type(node), "tags_input"):
            taggable = cast("_Taggable", node)
            taggable.tags = {**self._tags, **(taggable.tags_input or {})}


@jsii.implements(IAspect)
class _Provider:
    def __init__(self, provider: TerraformProvider) -> None:
        self._provider = provider

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, TerraformResource) and node.provider is None:
            node.provider = self._provider


def tag_everything(scope: Construct, tags: Mapping[str, str]) -> None:
    """Give every taggable resource below ``scope`` these tags; a resource's own tags win."""
    Aspects.of(scope).add(_Tags(tags))


def use_provider(scope: Construct, provider: TerraformProvider) -> None:
    """Let every resource below ``scope`` use this provider (an alias: another region or account)."""
    Aspects.of(scope).add(_Provider(provider))
