"""What a module needs around it when it is built alone: an account, keys, a network."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from cdktf import TerraformStack

from modules.aws.account import Account
from modules.aws.provider import aws_provider
from modules.keys.key import Key
from modules.keys.key_ring import KeyRing
from modules.keys.settings import KeySettings
from modules.monitoring.topic import Topic
from modules.network.network import Network
from modules.network.settings import NetworkSettings

REGION = "eu-central-2"
ZONES = ("eu-central-2a", "eu-central-2b", "eu-central-2c")


def name(what: str) -> str:
    return f"dr-{what}-test"


class Site:
    def __init__(self, stack: TerraformStack) -> None:
        aws_provider(stack, region=REGION)
        self.stack = stack
        self.name: Callable[[str], str] = name
        self.account = Account(stack, "account", region=REGION)

    @cached_property
    def key(self) -> Key:
        return Key(
            self.stack,
            "key",
            name="test",
            description="test",
            account=self.account,
            settings=KeySettings(),
            through=["rds"],
        )

    @cached_property
    def keys(self) -> KeyRing:
        return KeyRing(self.stack, "keys", name=name, account=self.account, settings=KeySettings())

    @cached_property
    def topic(self) -> Topic:
        return Topic(self.stack, "topic", name=name("alerts"), account=self.account, key=self.key, email=None)

    def network(self, settings: NetworkSettings | None = None, zones: tuple[str, ...] = ZONES) -> Network:
        return Network(
            self.stack,
            "network",
            name=name,
            account=self.account,
            zones=zones,
            settings=settings or NetworkSettings(),
            logs_key=self.key,
        )
