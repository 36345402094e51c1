"""Terraform's JSON plan, as far as Holdfast reads it.

Source: Terraform, "JSON Output Format" (format 1.2, 2026-11). Within a major version properties are only added, and those
without a name here are ignored, as the format asks for.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Path = tuple[str | int, ...]
"""Names and list positions that lead to a value."""

ActionName = Literal["no-op", "create", "read", "update", "delete", "forget"]


class Action(Enum):
    """What Terraform does to an object: the ``actions`` of the plan, taken together."""

    NOTHING = ("no-op",)
    READ = ("read",)
    CREATE = ("create",)
    UPDATE = ("update",)
    DELETE = ("delete",)
    FORGET = ("forget",)
    REPLACE = ("delete", "create")
    REPLACE_AFTER = ("create", "delete")
    REPLACE_AND_FORGET = ("create", "forget")

    @property
    def replaces(self) -> bool:
        """Whether another object takes the place of the one that is there."""
        return len(self.value) > 1

    @property
    def removes(self) -> bool:
        """Whether the object that is there is deleted, or no longer managed."""
        return "delete" in self.value or "forget" in self.value

    @property
    def deletes(self) -> bool:
        """Whether the object that is there is deleted."""
        return "delete" in self.value


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Importing(_Part):
    """The object that is taken into the state.

    Attributes:
        id: its id; None when it is found by its identity.
    """

    id: str | None = None


class Change(_Part):
    """What an object is before and after.

    Attributes:
        actions: what Terraform does; see `Action`.
        before: the values before; None when there is no object.
        after: the values after, without those that are not known yet.
        after_unknown: has ``true`` where a value is known only after apply.
        before_sensitive: has ``true`` where a value before is sensitive.
        after_sensitive: has ``true`` where a value after is sensitive.
        replace_paths: the attributes because of which the object is replaced.
        importing: set when the object is taken into the state.
    """

    actions: Annotated[tuple[ActionName, ...], Field(min_length=1)]
    before: Any = None
    after: Any = None
    after_unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None
    replace_paths: tuple[Path, ...] | None = None
    importing: Importing | None = None

    @property
    def action(self) -> Action:
        """What Terraform does.

        Raises:
            ValueError: for a combination of actions that this version does not know.
        """
        return Action(self.actions)


class ResourceChange(_Part):
    """What is planned for one instance of a resource, or what was found to have drifted.

    Attributes:
        address: its address.
        previous_address: its address in the state before, when it is moved.
        module_address: address of its module; None in the root module.
        mode: ``managed``, or ``data`` for a data source.
        type: type of the resource, ``aws_db_instance``.
        name: name in the configuration.
        index: key of ``for_each`` or position of ``count``.
        deposed: key of an object that was replaced before and is still to be deleted.
        change: what it is before and after.
        action_reason: why Terraform does what it does, when it says so.
    """

    address: Annotated[str, Field(min_length=1)]
    previous_address: str | None = None
    module_address: str | None = None
    mode: Literal["managed", "data"]
    type: Annotated[str, Field(min_length=1)]
    name: str
    index: str | int | None = None
    deposed: str | None = None
    change: Change
    action_reason: str | None = None

    @property
    def action(self) -> Action:
        """What Terraform does to it."""
        return self.change.action

    @property
    def moved(self) -> bool:
        """Whether it gets another address."""
        return self.previous_address is not None and self.previous_address != self.address

    @property
    def happens(self) -> bool:
        """Whether anything is done to the object or to the state, reading aside."""
        quiet = self.action in {Action.NOTHING, Action.READ}
        return not quiet or self.moved or self.change.importing is not None

    @property
    def configured_address(self) -> str:
        """The address of its block in the configuration: without the keys of instances."""
        return without_keys(self.address)


class RelevantAttribute(_Part):
    """An attribute that changed outside of Terraform and has an effect on the plan.

    Attributes:
        resource: address of the resource.
        attribute: path of the attribute.
    """

    resource: str
    attribute: Path = ()


class ConfiguredResource(_Part):
    """A resource block.

    Attributes:
        address: its address within its module.
        expressions: by argument, what it is set to and what that refers to.
    """

    address: str
    expressions: dict[str, Any] = {}


class Module(_Part):
    """The blocks of one module.

    Attributes:
        resources: its resource blocks.
        module_calls: the modules in it, by name.
        variables: its variables, by name.
    """

    resources: tuple[ConfiguredResource, ...] = ()
    module_calls: dict[str, ModuleCall] = {}
    variables: dict[str, ConfiguredVariable] = {}


class ModuleCall(_Part):
    """The use of a module."""

    module: Module | None = None


class ConfiguredVariable(_Part):
    """The declaration of a variable."""

    sensitive: bool = False


class Configuration(_Part):
    """The configuration that was planned."""

    root_module: Module | None = None


class Variable(_Part):
    """The value of a variable."""

    value: Any = None


class StateResource(_Part):
    """A resource or data source of the state before."""

    address: str = ""
    mode: str = "managed"
    type: str = ""
    values: Any = None
    sensitive_values: Any = None


class StateModule(_Part):
    """The resources of a module in the state before."""

    resources: tuple[StateResource, ...] = ()
    child_modules: tuple[StateModule, ...] = ()


class StateValues(_Part):
    """The values of the state before."""

    root_module: StateModule = StateModule()


class PriorState(_Part):
    """The state before."""

    values: StateValues = StateValues()


class Header(_Part):
    """What must be looked at before anything else in a plan is believed.

    Attributes:
        format_version: version of the format, ``1.2``.
        terraform_version: version of Terraform.
        errored: whether planning broke off.
        complete: False when more would be to do after an apply (targets, deferred changes); None: not said.
        deferred_changes: changes that Terraform put off; their content does not matter here.
        planned_values: there in every plan; its content does not matter here.
    """

    format_version: str
    terraform_version: str | None = None
    errored: bool = False
    complete: bool | None = None
    deferred_changes: tuple[_Part, ...] | None = None
    planned_values: _Part | None = None


class Plan(Header):
    """A plan.

    Attributes:
        applyable: whether there is anything to apply; None: not said.
        timestamp: when it was made, RFC 3339.
        resource_changes: what is planned for each resource, also when nothing is to do.
        resource_drift: what changed outside of Terraform since the last apply.
        output_changes: what becomes of the outputs, by name.
        relevant_attributes: which drift has an effect on the plan.
        configuration: what was planned.
        variables: values of the variables, by name.
        prior_state: the state before, after refreshing.
    """

    applyable: bool | None = None
    timestamp: str | None = None
    resource_changes: tuple[ResourceChange, ...] = ()
    resource_drift: tuple[ResourceChange, ...] = ()
    output_changes: dict[str, Change] = {}
    relevant_attributes: tuple[RelevantAttribute, ...] = ()
    configuration: Configuration = Configuration()
    variables: dict[str, Variable] = {}
    prior_state: PriorState = PriorState()


def without_keys(address: str) -> str:
    """An address without the keys of instances: ``module.m["a"].aws_x.y[0]`` is ``module.m.aws_x.y``."""
    if "[" not in address:
        return address
    parts: list[str] = []
    depth = 0
    quoted = escaped = False
    for character in address:
        if depth == 0 and character != "[":
            parts.append(character)
            continue
        if escaped:
            escaped = False
        elif quoted and character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"[": 1, "]": -1}.get(character, 0)
    return "".join(parts)
