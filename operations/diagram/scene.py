"""What a picture shows: networks as grids of tiers and zones, cards for the rest, lines between cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.diagram.cards import Card, cards
from operations.diagram.networks import Network, networks, tier_of

if TYPE_CHECKING:
    from operations.diagram.system import Resource, System


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line between two cards.

    Attributes:
        tail: id of the card that acts.
        head: id of the card that it acts on.
        label: what the tail does with the head.
        control: whether something is watched or managed, rather than data moved.
    """

    tail: str
    head: str
    label: str
    control: bool = False


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A whole picture.

    Attributes:
        title: the system and its region.
        networks: the VPCs, with the cards that lie in them.
        cards: the cards outside of them.
        lines: lines between cards.
    """

    title: str
    networks: tuple[Network, ...]
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A kind of line: drawn where the JSON has such a reference, once between two cards.

    Attributes:
        tail: resource type of what acts.
        head: resource type of what it acts on.
        label: what it does.
        via: resource type that joins the two; None when the tail names the head itself.
        through: resource type by which the head reads a value of the tail.
        control: see `Line`.
    """

    tail: str
    head: str
    label: str
    via: str | None = None
    through: str | None = None
    control: bool = False


_DATABASES = ("aws_db_instance", "aws_rds_cluster")

LINKS = (
    *(
        Link(
            tail="aws_secretsmanager_secret",
            head=database,
            through="aws_secretsmanager_secret_version",
            label="password",
        )
        for database in _DATABASES
    ),
    Link(
        tail="aws_lambda_function",
        head="aws_secretsmanager_secret",
        via="aws_secretsmanager_secret_rotation",
        label="rotates",
        control=True,
    ),
    Link(tail="aws_db_instance", head="aws_db_instance", label="follows"),
    Link(tail="aws_lambda_function", head="aws_s3_bucket", label="exports to"),
    *(
        Link(tail="aws_backup_plan", head=database, via="aws_backup_selection", label="backs up")
        for database in _DATABASES
    ),
    Link(tail="aws_backup_plan", head="aws_efs_file_system", via="aws_backup_selection", label="backs up"),
    *(
        Link(tail="aws_cloudwatch_metric_alarm", head=database, label="watches", control=True)
        for database in _DATABASES
    ),
    Link(tail="aws_cloudwatch_metric_alarm", head="aws_sns_topic", label="notifies", control=True),
    Link(
        tail="aws_backup_vault",
        head="aws_sns_topic",
        via="aws_backup_vault_notifications",
        label="notifies",
        control=True,
    ),
)


def scene(system: System) -> Scene:
    """Arrange a system, in a fixed order."""
    everything = cards(system)
    placed = {card.id: tier_of(system, card) for card in everything}
    return Scene(
        title=" · ".join(filter(None, [system.name, *system.regions])),
        networks=tuple(networks(system, everything, placed)),
        cards=tuple(card for card in everything if placed[card.id] is None),
        lines=tuple(_lines(system, everything)),
    )


def _lines(system: System, drawn: list[Card]) -> list[Line]:
    card_of = {address: card.id for card in drawn for address in card.members}
    return list(
        dict.fromkeys(
            Line(
                tail=card_of[tail.address],
                head=card_of[head.address],
                label=link.label,
                control=link.control,
            )
            for link in LINKS
            for tail in system.of(link.tail)
            for head in system.of(link.head)
            if tail.address in card_of and head.address in card_of and _linked(system, tail, head, link)
        )
    )


def _linked(system: System, tail: Resource, head: Resource, link: Link) -> bool:
    if link.through is not None:
        return system.feeds(tail, head, link.through)
    return system.linked(tail, head, link.via)
