"""RDS for PostgreSQL: an instance is a real PostgreSQL server.

In moto 5.2.5 an instance's address leads nowhere: what a rotation, a failover drill or an application does
with the database cannot be seen. Here CreateDBInstance starts a server on loopback with TLS, the master user and the
database; ModifyDBInstance changes its password, port and parameter group, RebootDBInstance restarts it, StopDBInstance
and StartDBInstance do what they say, DeleteDBInstance removes it.

The server gets the parameters of the parameter group that it accepts, and ``rds.force_ssl``: those to be applied
immediately at once, the others at the next start. The log names what it did not get, and why.

Emulated as before: the engine's version (the server has the installed one) and Multi-AZ. A read replica answers with its
source's server. What snapshots hold is in ``rds_snapshots``. Without PostgreSQL on the machine, everything is emulated, and
the log says so.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from localcloud import postgres, postgres_machine
from localcloud.gaps import rds_groups
from localcloud.postgres_copies import Copy
from localcloud.postgres_parameters import Choice

Instance: TypeAlias = Any
"""moto's ``DBInstance``, with what is added here: ``holdfast_server``, name and address of its server, and
``holdfast_parameters``, what of the parameter group the server has; or a cluster in the same words
(:mod:`localcloud.gaps.rds_postgres_clusters`)."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""

FORCE_TLS = "rds.force_ssl"
FORCED_SINCE = 15
"""Major version from which it is on by default
(source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html)."""

RESTARTING = frozenset({"db_instance_class", "db_parameter_group_name", "db_port_number", "engine_version"})
"""What ModifyDBInstance restarts an instance for."""

FROM = "holdfast_from"
"""Key of the :class:`Origin` among the settings of a new instance."""

_LOG = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a new instance is made from, instead of empty.

    Args:
        copy: of another instance's server.
        changes_of: that instance, to do again what it did since then.
        until: leave out what it did later.
    """

    copy: Copy
    changes_of: Instance = None
    until: datetime | None = None


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    instance: Any = models.DBInstance
    backend: Any = models.RDSBackend
    if "holdfast_server" in vars(models.DBInstance):
        return
    atexit.register(lambda: postgres.stop_all(directory()))
    cluster: Any = models.DBCluster
    for kind in (instance, cluster):
        kind.holdfast_server = None
        kind.holdfast_parameters = postgres.NO_PARAMETERS
    invented = instance.address.fget

    def address(self: Instance) -> str:
        return str(self.holdfast_server[1] if self.holdfast_server else invented(self))

    instance.address = property(address)
    backend.create_db_instance = _created(backend.create_db_instance)
    backend.modify_db_instance = _modified(backend.modify_db_instance)
    backend.delete_db_instance = _deleted(backend.delete_db_instance)
    for operation in ("reboot_db_instance", "start_db_instance"):
        setattr(backend, operation, _then(getattr(backend, operation), start_server))
    # It brings ResetDBParameterGroup.
    rds_groups.install()
    for operation in ("modify_db_parameter_group", "reset_db_parameter_group"):
        setattr(backend, operation, _applied(getattr(backend, operation)))
    backend.stop_db_instance = _then(backend.stop_db_instance, lambda found: server_of(found).stop())


def start_all() -> None:
    """Start the servers of all instances that are there: after the stored state was loaded."""
    from moto.rds.models import rds_backends  # noqa: PLC0415

    accounts: Any = rds_backends
    instances: list[Instance] = [
        instance
        for by_region in list(accounts.values())
        for backend in list(by_region.values())
        for instance in [*backend.databases.values(), *backend.clusters.values()]
        if instance.holdfast_server and instance.status != "stopped"
    ]
    # A replica has its source's server.
    for instance in {instance.holdfast_server: instance for instance in reversed(instances)}.values():
        attempt("start", instance, start_server)


def server_of(instance: Instance) -> postgres.Server:
    """Return the server of an instance that has one."""
    name, address = instance.holdfast_server
    return postgres.Server(directory=directory(), name=name, address=address, port=int(instance.port))


def directory() -> Path:
    """Return where the local AWS keeps its files."""
    return Path(os.environ["HOLDFAST_LOCAL_DIR"])


def _created(create: Callable[[Backend, dict[str, Any]], Instance]) -> Callable[..., Instance]:
    def create_db_instance(self: Backend, db_kwargs: dict[str, Any]) -> Instance:
        origin = db_kwargs.pop(FROM, None)
        instance = create(self, db_kwargs)
        if instance.engine == "postgres" and instance.db_cluster_identifier is None:
            attempt("create", instance, lambda found: create_server(found, origin))
        return instance

    return create_db_instance


def _modified(modify: Callable[[Backend, str, dict[str, Any]], Instance]) -> Callable[..., Instance]:
    def modify_db_instance(self: Backend, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Instance:
        instance = modify(self, db_instance_identifier, db_kwargs)
        if instance.holdfast_server:
            if db_kwargs.keys() & RESTARTING:
                attempt("restart", instance, start_server)
            if password := db_kwargs.get("master_user_password"):
                attempt(
                    "change the password of",
                    instance,
                    lambda found: server_of(found).set_password(found.master_username, password),
                )
        return instance

    return modify_db_instance


def _deleted(delete: Callable[..., Instance]) -> Callable[..., Instance]:
    def delete_db_instance(self: Backend, *arguments: Any, **settings: Any) -> Instance:  # noqa: ANN401
        instance = delete(self, *arguments, **settings)
        server = instance.holdfast_server
        # A replica has its source's server.
        if server and not any(other.holdfast_server == server for other in self.databases.values()):
            attempt("remove", instance, lambda found: server_of(found).remove())
        return instance

    return delete_db_instance


def _then(operation: Callable[..., Instance], work: Callable[[Instance], None]) -> Callable[..., Instance]:
    def with_server(self: Backend, *arguments: Any, **settings: Any) -> Instance:  # noqa: ANN401
        instance = operation(self, *arguments, **settings)
        if instance.holdfast_server:
            attempt(operation.__name__, instance, work)
        return instance

    return with_server


def create_server(instance: Instance, origin: Origin | None = None) -> None:
    """Make the server of an instance that is new.

    Args:
        instance: the instance.
        origin: what it is made from, instead of empty.
    """
    name = _free_name(instance)
    server = postgres.Server(
        directory=directory(),
        name=name,
        address=postgres_machine.free_address(f"{directory()}/{name}", int(instance.port)),
        port=int(instance.port),
    )
    choice = _restored(instance, server, origin) if origin else _new(instance, server)
    instance.holdfast_server = (name, server.address)
    _note(instance, choice)


def fill(instance: Instance, origin: Origin) -> None:
    """Give an instance that there is other data."""
    _note(instance, _restored(instance, server_of(instance), origin))


def _restored(instance: Instance, server: postgres.Server, origin: Origin) -> Choice:
    return origin.copy.restore(
        server,
        force_tls=_forces_tls(instance),
        parameters=_parameters(instance),
        changes_of=server_of(origin.changes_of) if origin.changes_of else None,
        until=origin.until,
    )


def _new(instance: Instance, server: postgres.Server) -> Choice:
    password = getattr(instance, "_master_user_password", None)
    if not password:
        raise postgres_machine.PostgresError("RDS manages the password, which only it knows")
    return server.create(
        username=instance.master_username,
        password=password,
        database=instance.db_name,
        force_tls=_forces_tls(instance),
        parameters=_parameters(instance),
    )


def _free_name(instance: Instance) -> str:
    """The name of an instance's server: its identifier, unless another one that was renamed has that server."""
    name = f"{instance.region}/{instance.db_instance_identifier}"
    backend = instance.backend
    taken = {
        other.holdfast_server[0]
        for other in [*backend.databases.values(), *backend.clusters.values()]
        if other.holdfast_server
    }
    return f"{name}-{instance.dbi_resource_id.lower()}" if name in taken else name


def start_server(instance: Instance) -> None:
    """Start the server of an instance, or restart it with what the parameter group says now."""
    server = server_of(instance)
    if server.exists():
        _note(instance, server.start(force_tls=_forces_tls(instance), parameters=_parameters(instance)))
    else:
        # Its files were deleted meanwhile; the instance is still there.
        create_server(instance)


def _applied(change: Callable[..., Any]) -> Callable[..., Any]:
    def change_db_parameter_group(self: Backend, db_parameter_group_name: str, *changes: Any) -> Any:  # noqa: ANN401
        answer = change(self, db_parameter_group_name, *changes)
        group = self.db_parameter_groups[db_parameter_group_name]
        for instance in self.databases.values():
            running = instance.holdfast_server and instance.status == "available"
            if running and group in instance.db_parameter_groups():
                attempt("change the parameters of", instance, reload_parameters)
        return answer

    return change_db_parameter_group


def reload_parameters(instance: Instance) -> None:
    """Give the server what is to be applied immediately; of the others it keeps the values that it has."""
    (group,) = instance.db_parameter_groups()
    had = instance.holdfast_parameters
    at_once = {name for name, one in group.parameters.items() if one.get("ApplyMethod") == "immediate"}
    parameters = {
        name: value if name in at_once else had[name]
        for name, value in _parameters(instance).items()
        if name in at_once or name in had
    }
    _note(instance, server_of(instance).reload(force_tls=_forces_tls(instance), parameters=parameters))


def _note(instance: Instance, choice: Choice) -> None:
    instance.holdfast_parameters = dict(choice.taken)
    for name, reason in choice.skipped.items():
        _LOG.warning("%s has no parameter %s: %s", instance.db_instance_identifier, name, reason)


def _parameters(instance: Instance) -> dict[str, str]:
    """Return name and value of what is set in the parameter group, but for what :func:`_forces_tls` reads."""
    return {
        name: str(parameter["ParameterValue"])
        for group in instance.db_parameter_groups()
        for name, parameter in group.parameters.items()
        if parameter.get("ParameterValue") is not None and name != FORCE_TLS
    }


def _forces_tls(instance: Instance) -> bool:
    default = int(instance.engine_version.split(".")[0]) >= FORCED_SINCE
    for group in instance.db_parameter_groups():
        value = group.parameters.get(FORCE_TLS, {}).get("ParameterValue")
        if value is not None:
            return str(value) == "1"
    return default


def attempt(what: str, instance: Instance, work: Callable[[Instance], None]) -> None:
    """Do something with the real server; when it fails, the emulated instance is still as AWS describes it."""
    with _one_at_a_time:
        try:
            work(instance)
        except Exception as error:  # noqa: BLE001 - whatever PostgreSQL says; never its traceback: it may quote values
            _LOG.warning("cannot %s the server of %s: %s", what, instance.db_instance_identifier, error)
