"""What can be wrong with the server, the network, the roles and the secret, and how it is brought about.

Each is a block in which it is so. What the block's end puts right again, whoever is responsible would put right: the server
is started, the right is granted. What it leaves as it is, the function has to cope with.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from pg8000.native import identifier  # type: ignore[import-untyped]

from tests.functions.server import PostgreSQLServer
from tests.rotation_matrix.function import Invocation
from tests.rotation_matrix.machine import Machine
from tests.rotation_matrix.strategies import Entry, verifier
from tests.rotation_matrix.world import World


@dataclass
class Scene:
    """Where a fault strikes.

    Args:
        world: the rotation.
        stranger: another server.
        machine: the world's own server, for faults of the server.
        token: of the rotation.
        invocation: of the step that is under way, if the fault strikes at a call.
    """

    world: World
    stranger: PostgreSQLServer
    machine: Machine | None
    token: str
    invocation: Invocation | None = None

    @property
    def server(self) -> Machine:
        """The server, which this fault needs for itself."""
        assert self.machine is not None
        return self.machine

    @property
    def entry(self) -> Entry:
        """What clients use."""
        value = self.world.value()
        assert value is not None
        return value

    @property
    def current(self) -> str:
        """The login that clients use."""
        return str(self.entry["username"])

    @property
    def other(self) -> str:
        """The login that takes turns with it."""
        return next(role for role in self.world.site.logins if role != self.current)

    @property
    def administrator(self) -> str:
        """Who manages the logins."""
        return f"master_{self.world.ground.id}"

    def sql(self, statement: str) -> list[list[Any]]:
        """Run a statement as the server's administrator."""
        return self.world.server.run(statement)

    def password(self, role: str) -> str:
        """The verifier that the server has."""
        return str(self.sql(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'")[0][0])


BY_HAND = "password-changed-by-hand"
Inflict = Callable[[Scene], AbstractContextManager[object]]


def stopped(scene: Scene) -> AbstractContextManager[object]:
    return scene.server.stopped()


def crashed(scene: Scene) -> AbstractContextManager[object]:
    return scene.server.stopped(signal.SIGQUIT)


@contextmanager
def frozen(scene: Scene) -> Iterator[None]:
    """When it goes on, it does first what it was asked for."""
    with scene.server.frozen():
        yield
    scene.world.await_no_session()


def without_tls(scene: Scene) -> AbstractContextManager[object]:
    """Who does not insist on TLS is let in, and that would be noticed."""
    return scene.server.configured({"ssl": "off"}, rule="host")


def read_only_server(scene: Scene) -> AbstractContextManager[object]:
    return scene.server.configured({"default_transaction_read_only": "on"})


@contextmanager
def standby(scene: Scene) -> Iterator[None]:
    """The name leads to the standby, as an old address does after a failover."""
    scene.server.caught_up()
    scene.world.relay.target = scene.server.standby.port
    yield
    scene.world.relay.target = scene.world.server.port


@contextmanager
def impostor(scene: Scene) -> Iterator[None]:
    """The name leads to a server with a certificate that the root does not vouch for."""
    scene.world.relay.target = scene.stranger.port
    yield
    scene.world.relay.target = scene.world.server.port


def altered(role: str, change: str, back: str = "") -> Inflict:
    """A role is not as it was: ``current``, ``other`` or ``administrator``; for good, if there is no way back."""

    @contextmanager
    def inflict(scene: Scene) -> Iterator[None]:
        name = identifier(getattr(scene, role))
        scene.sql(f"ALTER ROLE {name} {change}")
        yield
        if back:
            scene.sql(f"ALTER ROLE {name} {back}")

    return inflict


def password_changed(*roles: str, put_back: bool = False) -> Inflict:
    """Somebody has changed the passwords of roles, to what no version of a secret has."""

    @contextmanager
    def inflict(scene: Scene) -> Iterator[None]:
        before = {name: scene.password(name) for name in (getattr(scene, role) for role in roles)}
        for name in before:
            scene.sql(f"ALTER ROLE {identifier(name)} PASSWORD {verifier(BY_HAND)}")
        yield
        for name, password in before.items() if put_back else ():
            scene.sql(f"ALTER ROLE {identifier(name)} PASSWORD '{password}'")

    return inflict


@contextmanager
def password_of_the_past(scene: Scene) -> Iterator[None]:
    """Somebody has given the role its previous password again."""
    previous = scene.world.value("AWSPREVIOUS")
    assert previous is not None
    scene.sql(f"ALTER ROLE {identifier(scene.current)} PASSWORD {verifier(previous['password'])}")
    yield


@contextmanager
def label_moved(scene: Scene) -> Iterator[None]:
    """Somebody has made the previous version the current one."""
    scene.world.manager.move(scene.world.arn, "AWSCURRENT", "AWSPREVIOUS")
    yield


def value_changed(change: Callable[[Entry], Entry | str]) -> Inflict:
    """Somebody has stored a value that is no entry, and stores what was there before in the end."""

    @contextmanager
    def inflict(scene: Scene) -> Iterator[None]:
        entry, put = scene.entry, scene.world.manager.put
        put(scene.world.arn, change(entry), "AWSCURRENT")
        yield
        put(scene.world.arn, entry, "AWSCURRENT")

    return inflict


def without(field: str) -> Inflict:
    """The current value lacks a field."""
    return value_changed(lambda entry: {name: value for name, value in entry.items() if name != field})


@contextmanager
def planted(scene: Scene) -> Iterator[None]:
    """Somebody has stored the pending version, for a role that is not the secret's."""
    entry = {**scene.entry, "username": "postgres", "password": "planted-by-somebody"}
    scene.world.manager.put(scene.world.arn, entry, "AWSPENDING", scene.token)
    yield


@contextmanager
def database_full(scene: Scene) -> Iterator[None]:
    """The database lets nobody in any more."""
    database = identifier(scene.world.ground.database)
    scene.sql(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    yield
    scene.sql(f"ALTER DATABASE {database} CONNECTION LIMIT -1")


@contextmanager
def connect_revoked(scene: Scene) -> Iterator[None]:
    """The login has lost the right to connect to the database."""
    database = identifier(scene.world.ground.database)
    scene.sql(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC")
    yield
    scene.sql(f"GRANT CONNECT ON DATABASE {database} TO PUBLIC")


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Somebody's transaction has changed the role, and does not end."""
    role = scene.other if scene.world.strategy.always_open else scene.current
    with scene.world.server.connect() as session:
        session.run("BEGIN")
        session.run(f"ALTER ROLE {identifier(role)} CONNECTION LIMIT 49")
        yield
        session.run("ROLLBACK")


@contextmanager
def other_dropped(scene: Scene) -> Iterator[None]:
    """Somebody has dropped the login that clients do not use."""
    scene.sql(f"DROP ROLE {identifier(scene.other)}")
    yield


@contextmanager
def other_changed(scene: Scene) -> Iterator[None]:
    """Somebody has taken the owner role from the login that clients do not use."""
    other, owner = identifier(scene.other), identifier(scene.world.site.owner)
    scene.sql(f"ALTER ROLE {other} RESET role")
    scene.sql(f"REVOKE {owner} FROM {other}")
    yield


@contextmanager
def administrator_rotates(scene: Scene) -> Iterator[None]:
    """The administrator's own rotation has set its password, which is pending still."""
    manager, arn = scene.world.manager, scene.world.site.administrator
    assert arn is not None
    current = manager.value(arn)
    assert current is not None
    pending = {**current, "password": f"next-password-of-{scene.administrator}"}
    token = manager.begin(arn)
    manager.put(arn, pending, "AWSPENDING", token)
    scene.sql(f"ALTER ROLE {identifier(scene.administrator)} PASSWORD {verifier(pending['password'])}")
    yield
    manager.put(arn, pending, "AWSCURRENT")


@contextmanager
def vanished(scene: Scene) -> Iterator[None]:
    """The function's machine is gone without a word: the connection stays open, with its transaction and locks."""
    assert scene.invocation is not None
    with scene.invocation.vanished():
        yield
