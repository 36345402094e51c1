"""EC2: rules of security groups keep their description.

What moto 5.2.5 lacks, and what Terraform shows:

- The description of a rule that references a security group or a prefix list is lost: a diff on every plan.
- ModifySecurityGroupRules changes neither that description nor what is referenced: the change comes back with every plan.
- Rules that differ in their description only are two rules; AWS refuses the second one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Rule: TypeAlias = Any
"""moto's ``SecurityGroupRule``, with the attribute ``holdfast_prefix_list`` that is added here."""


def install() -> None:
    """Patch moto's EC2 once."""
    from moto.ec2.models import security_groups  # noqa: PLC0415 - moto comes after its settings

    module: Any = security_groups
    rule, backend = module.SecurityGroupRule, module.SecurityGroupBackend
    if hasattr(rule, "holdfast_prefix_list"):
        return
    rule.holdfast_prefix_list = None
    rule.__init__ = _initialized(rule.__init__)
    rule.__eq__ = _equal
    rule.description = property(_description)
    backend.modify_security_group_rules = _modified(backend.modify_security_group_rules)


def _initialized(initialize: Callable[..., None]) -> Callable[..., None]:
    def with_prefix_list(
        self: Rule,
        ec2_backend: object,
        ip_protocol: object,
        group_id: object,
        from_port: object,
        to_port: object,
        ip_range: object,
        source_group: object = None,
        prefix_list_id: dict[str, str] | None = None,
        **settings: object,
    ) -> None:
        before = (ec2_backend, ip_protocol, group_id, from_port, to_port, ip_range, source_group)
        initialize(self, *before, prefix_list_id, **settings)
        self.holdfast_prefix_list = prefix_list_id

    return with_prefix_list


def _description(rule: Rule) -> str | None:
    for source in (rule.ip_range, rule.source_group, rule.holdfast_prefix_list or {}):
        if description := source.get("Description"):
            return str(description)
    return None


def _equal(self: Rule, other: object) -> bool:
    return _what_it_allows(self) == _what_it_allows(other)


def _what_it_allows(rule: Rule) -> list[object]:
    sources = [
        {key: value for key, value in source.items() if key in {"CidrIp", "CidrIpv6", "GroupId"}}
        for source in (rule.ip_range, rule.source_group)
    ]
    ports = None if rule.ip_protocol == "-1" else (rule.from_port, rule.to_port)
    return [rule.ip_protocol, ports, rule.prefix_list_id, *sources]


def _modified(modify: Callable[..., None]) -> Callable[..., None]:
    def modify_security_group_rules(self: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:  # noqa: ANN401
        modify(self, group_id, rules)
        group = self.get_security_group_by_name_or_id(group_id)
        for rule_id, wanted in rules.items():
            rule, description = group.get_rule(rule_id), {"Description": wanted.get("Description")}
            if referenced := wanted.get("ReferencedGroupId"):
                rule.source_group = {**rule.source_group, "GroupId": referenced, **description}
                rule.ip_range = {}
            if prefix_list := wanted.get("PrefixListId"):
                rule.prefix_list_id = prefix_list
                rule.holdfast_prefix_list = {"PrefixListId": prefix_list, **description}
                rule.ip_range = {}

    return modify_security_group_rules
