"""The table of faults that last for some time: of the server, the network, the roles and the secret."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial

from tests.functions.server import PostgreSQLServer
from tests.rotation_matrix import faults
from tests.rotation_matrix.faults import Inflict, Scene, altered, password_changed, without
from tests.rotation_matrix.function import PATIENCE_SECONDS, Outcome
from tests.rotation_matrix.machine import Machine
from tests.rotation_matrix.strategies import ALTERNATING_USERS, SINGLE_USER, STRATEGIES, Strategy
from tests.rotation_matrix.table import Row, Section
from tests.rotation_matrix.verdict import RETRIES, Retry, current_logs_in, label_logs_in, refused, rotates
from tests.rotation_matrix.world import STEPS, Stage, World

HEADER = (
    "Strategy",
    "Fault",
    "Begins with",
    "The function says",
    "It has changed",
    "Then, with the same token",
    "With a new token",
    "AWSCURRENT logs in",
    "A labelled version",
    "Failed logins of a client*",
    "In words*",
)
HANGS_SECONDS, WAITS_SECONDS = 6.0, 12.0
"""Timeouts of a function that waits for what does not come: long enough for what it does before, on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A line of the table.

    Args:
        name: what is wrong.
        inflict: makes it so.
        says: kind of failure that the function has to tell; nothing when it has to succeed nevertheless.
        step: before which it begins.
        call: of the step, before which it begins, if not before the step.
        strategies: that can have it.
        retries: what comes then.
        attempts: how often the rotation is tried then, at most.
        seconds: timeout of the function.
        own_server: it needs a server for itself.
        mute: nobody can log in, whatever the password is, so that nobody is asked to.
        relayed: it needs a relay in front of the server.
        shuts_out: it is the fault itself that keeps clients out.
        set_already: the new password may be in the database when the function fails.
        stays: it does not end before the rotation has succeeded.
    """

    name: str
    inflict: Inflict
    says: str = ""
    step: str = "setSecret"
    call: str = ""
    strategies: tuple[Strategy, ...] = STRATEGIES
    retries: tuple[Retry, ...] = RETRIES
    attempts: int = 1
    seconds: float = PATIENCE_SECONDS
    own_server: bool = False
    mute: bool = False
    relayed: bool = False
    shuts_out: bool = False
    set_already: bool = False
    stays: bool = False


_down = partial(Fault, own_server=True, mute=True)
_misled = partial(Fault, own_server=True, relayed=True)
_slow = partial(Fault, seconds=WAITS_SECONDS)
_single = partial(Fault, strategies=(SINGLE_USER,))
_alternating = partial(Fault, strategies=(ALTERNATING_USERS,))
_unusable = partial(Fault, says="secret", step="createSecret")

NO_PLACE = altered("current", "CONNECTION LIMIT 0", back="CONNECTION LIMIT 50")
NO_LOGIN = altered("current", "NOLOGIN", back="LOGIN")
EXPIRED = altered("current", "VALID UNTIL '2020-01-01'", back="VALID UNTIL 'infinity'")
READ_ONLY = altered(
    "current", "SET default_transaction_read_only = on", back="RESET default_transaction_read_only"
)
NO_CREATEROLE = altered("administrator", "NOCREATEROLE", back="CREATEROLE")
NO_JSON = faults.value_changed(lambda _: "changed by hand")
UNKNOWN = password_changed("current", put_back=True)
BOTH_UNKNOWN = password_changed("current", "other", put_back=True)
ADMINISTRATOR_UNKNOWN = password_changed("administrator", put_back=True)

# fmt: off
FAULTS = (
    # The server and the network.
    _down(name="the server is stopped", inflict=faults.stopped, says="network"),
    _down(name="the server is stopped", inflict=faults.stopped, says="network", step="testSecret"),
    _down(name="the server is stopped", inflict=faults.stopped, step="finishSecret"),
    _down(name="the server crashes", inflict=faults.crashed, says="network", call="ALTER ROLE PASSWORD"),
    _down(name="the server crashes", inflict=faults.crashed, says="network", call="COMMIT"),
    _down(name="the server hangs", inflict=faults.frozen, says="network", seconds=HANGS_SECONDS),
    _down(name="the server hangs", inflict=faults.frozen, says="network", call="COMMIT", seconds=HANGS_SECONDS, set_already=True),
    _down(name="the server offers no TLS", inflict=faults.without_tls, says="tls"),
    _misled(name="another server answers, of another authority", inflict=faults.impostor, says="tls"),
    _misled(name="a standby answers", inflict=faults.standby, says="read-only"),
    Fault(name="the server is read only", inflict=faults.read_only_server, says="read-only", own_server=True),
    _slow(name="the function is gone without a word", inflict=faults.vanished, call="COMMIT", attempts=10, stays=True),

    # Places and locks.
    Fault(name="the login has CONNECTION LIMIT 0", inflict=NO_PLACE, says="capacity", set_already=True),
    _alternating(name="the other login has CONNECTION LIMIT 0", inflict=altered("other", "CONNECTION LIMIT 0")),
    Fault(name="the database has CONNECTION LIMIT 0", inflict=faults.database_full, says="capacity", own_server=True),
    _slow(name="a transaction has locked the role", inflict=faults.locked, says="capacity"),
    Fault(name="the login's transactions are read only", inflict=READ_ONLY),

    # Rights.
    _single(name="the login may not connect", inflict=faults.connect_revoked, says="privilege", own_server=True),
    Fault(name="the login has NOLOGIN", inflict=NO_LOGIN, says="privilege", shuts_out=True),
    _alternating(name="the other login has NOLOGIN", inflict=altered("other", "NOLOGIN")),
    _alternating(name="the other login is not the owner role's", inflict=faults.other_changed),
    _alternating(name="the other login is dropped", inflict=faults.other_dropped),
    _alternating(name="the administrator may not manage roles", inflict=NO_CREATEROLE, says="privilege"),

    # Credentials changed by hand.
    _single(name="the password is changed by hand", inflict=UNKNOWN, says="authentication", shuts_out=True),
    _single(name="the previous password is set by hand", inflict=faults.password_of_the_past, shuts_out=True),
    _alternating(name="the login's password is changed by hand", inflict=password_changed("current"), shuts_out=True),
    _alternating(name="the other login's password is changed by hand", inflict=password_changed("other")),
    _alternating(name="both passwords are changed by hand", inflict=BOTH_UNKNOWN, says="authentication", shuts_out=True),
    _alternating(name="the administrator's password is changed by hand", inflict=ADMINISTRATOR_UNKNOWN, says="authentication"),
    _alternating(name="the administrator's own rotation is under way", inflict=faults.administrator_rotates),
    _single(name="the password expires", inflict=EXPIRED, says="authentication", shuts_out=True),
    _alternating(name="the login's password expires", inflict=EXPIRED, shuts_out=True),

    # The secret.
    _single(name="the previous version is made AWSCURRENT by hand", inflict=faults.label_moved, shuts_out=True),
    _alternating(name="the previous version is made AWSCURRENT by hand", inflict=faults.label_moved, step="createSecret"),
    _alternating(
        name="the previous version is made AWSCURRENT by hand", inflict=faults.label_moved, says="secret", retries=("new token",)
    ),
    _unusable(name="the current version has no host", inflict=without("host")),
    _unusable(name="the current version has no username", inflict=without("username"), shuts_out=True),
    _unusable(name="the current version has no password", inflict=without("password"), shuts_out=True),
    _unusable(name="the current version is no JSON", inflict=NO_JSON, shuts_out=True),
    _unusable(name="the pending version is for another role", inflict=faults.planted, retries=("new token",)),
)
# fmt: on


@dataclass
class Suffered:
    """What came of a fault, with one retry or the other."""

    said: Outcome
    words: str
    changed: list[str]
    problem: str
    current: str
    label: str
    refused: int


def sections(stage: Stage, own: Stage, machine: Machine, strategy: Strategy) -> list[Section]:
    """The tables: of faults that scenarios beside each other can have, and of those that need the server for themselves.

    Args:
        stage: for the former.
        own: for the latter, on the machine.
        machine: its server.
        strategy: of the function.
    """
    made = []
    for title, alone in (
        ("Faults that last: roles and the secret", False),
        ("Faults that last: the server", True),
    ):
        jobs = tuple(
            partial(_row, own if alone else stage, stage.server, machine, strategy, fault)
            for fault in FAULTS
            if fault.own_server is alone and strategy in fault.strategies
        )
        made.append(Section(title=title, text=_TEXT, header=HEADER, jobs=jobs, alone=alone))
    return made


_TEXT = (
    "A rotation is under way when the fault begins, and goes on while it lasts. Afterwards the rotation is tried again, or a "
    "new one begins, and then the next one. A client reads AWSCURRENT and logs in all the time."
)


def _row(
    stage: Stage, stranger: PostgreSQLServer, machine: Machine | None, strategy: Strategy, fault: Fault
) -> Row:
    suffered: dict[Retry, Suffered] = {}
    for retry in fault.retries:
        with stage.world(strategy, seconds=fault.seconds) as world:
            suffered[retry] = _suffer(world, stranger, machine, fault, retry)
    some = next(iter(suffered.values()))
    recoveries = [
        "-"
        if retry not in suffered
        else f"DEAD END: {suffered[retry].problem}"
        if suffered[retry].problem
        else "recovers"
        for retry in RETRIES
    ]
    problems = [f"{retry}: {one.problem}" for retry, one in suffered.items() if one.problem]
    return Row(
        cells=(
            strategy.name,
            fault.name,
            f"{fault.step}: {fault.call}" if fault.call else fault.step,
            some.said.failure or ("nothing" if some.said.end == "killed" else "it is done"),
            ", ".join(some.changed) or "nothing",
            *recoveries,
            *(
                ", ".join(sorted({getattr(one, name) for one in suffered.values()}))
                for name in ("current", "label")
            ),
            str(sum(one.refused for one in suffered.values())),
            some.words,
        ),
        problem="; ".join(problems),
    )


def _suffer(
    world: World, stranger: PostgreSQLServer, machine: Machine | None, fault: Fault, retry: Retry
) -> Suffered:
    with ExitStack() as stack:
        if fault.relayed:
            stack.enter_context(world.relayed())
        if fault.shuts_out:
            world.answers = []  # no fault of the function
        client = stack.enter_context(world.new_client().running())
        token = world.begin()
        for step in STEPS[: STEPS.index(fault.step)]:
            outcome = world.step(step, token)
            assert outcome.done, f"before the fault: {outcome}"
        scene = Scene(world=world, stranger=stranger, machine=machine, token=token)
        if fault.call:
            scene.invocation = world.invoke(fault.step, token)
            while scene.invocation.held and scene.invocation.held.name != fault.call:
                world.advance(scene.invocation)
            assert scene.invocation.held, f"it ends before {fault.call}: {scene.invocation.outcome}"
        names = world.names()
        said, changed = _during(scene, fault, stack)
        world.look("the fault's end")
        version = token if retry == "same token" else world.begin()
        problem = _wrong(fault, said, changed) or rotates(world, version, fault.attempts)
        # What somebody has changed by hand may be with the other login still.
        problem = problem or rotates(world, world.begin())
    if not fault.shuts_out:
        problem = problem or refused(world, client)
    world.settled = not problem
    return Suffered(
        said=said,
        words=world.plain(said.message, names).removeprefix(f"{fault.step} of secret citizen: "),
        changed=changed,
        problem=problem or "",
        current=current_logs_in(world),
        label=label_logs_in(world),
        refused=client.counts["refused"],
    )


def _during(scene: Scene, fault: Fault, later: ExitStack) -> tuple[Outcome, list[str]]:
    """What the function says while the fault lasts, and what it has changed for others.

    Args:
        scene: where it strikes.
        fault: what is wrong.
        later: ends a fault that stays.
    """
    world = scene.world
    before = world.state() if fault.mute else {}
    with ExitStack() as now, world.muted() if fault.mute else nullcontext():
        (later if fault.stays else now).enter_context(fault.inflict(scene))
        if not fault.mute:
            world.look("the fault's beginning")
            before = world.state()
        held = scene.invocation
        said = world.finish(held) if held else world.attempt(scene.token, first=fault.step)
        after = {} if fault.mute else world.state()
    after = after or world.state()
    return said, [name for name in before if before[name] != after[name]]


def _wrong(fault: Fault, said: Outcome, changed: list[str]) -> str | None:
    """Whether the function has said or done what it must not."""
    if fault.says and (said.end != "failed" or said.failure != fault.says):
        return f"it says {said}, and not {fault.says}"
    if not fault.says and said.end == "failed":
        return f"it does not cope: {said}"
    if fault.says and ("AWSCURRENT" in changed or (changed and not fault.set_already)):
        return f"it fails, and has changed {', '.join(changed)}"
    return None
