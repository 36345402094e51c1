"""Deliberate faults in the function's source, each with a test that must notice it.

A fault is a replacement of text that occurs once in a file of ``functions/rotation``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A fault.

    Args:
        name: what it does, in the words of a review.
        file: in ``functions/rotation``.
        old: what the source says.
        new: what the faulty source says.
        test: file and test function that fails with it, all parameters of it.
    """

    name: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = (
    # The connection
    Mutant(
        name="trusts any certificate",
        file="tls.py",
        old="    context.minimum_version = ssl.TLSVersion.TLSv1_2\n",
        new="    context.check_hostname = False\n    context.verify_mode = ssl.CERT_NONE\n",
        test="test_tls.py::test_a_certificate_of_others_is_not_trusted",
    ),
    Mutant(
        name="trusts any name",
        file="tls.py",
        old="    context.minimum_version = ssl.TLSVersion.TLSv1_2\n",
        new="    context.check_hostname = False\n",
        test="test_tls.py::test_a_certificate_for_another_name_is_not_trusted",
    ),
    Mutant(
        name="goes on without TLS when the server has none",
        file="tls.py",
        old='        raise TLSError(f"{host}:{port} offers no TLS (ssl = off); nothing was sent to it")\n',
        new="        return plain  # type: ignore[return-value]\n",
        test="test_tls.py::test_a_server_without_tls_gets_nothing_but_the_question",
    ),
    Mutant(
        name="waits for a silent server as long as it likes",
        file="tls.py",
        old="        self.settimeout(self.deadline.remaining())\n        return super().recv_into(",
        new="        self.settimeout(6)\n        return super().recv_into(",
        test="test_tls.py::test_a_read_takes_no_longer_than_the_step",
    ),
    Mutant(
        name="takes any failure of a login for a wrong password",
        file="postgres.py",
        old="            except AuthenticationError as error:\n                refused = str(error)\n",
        new="            except RotationError as error:\n                refused = str(error)\n",
        test="test_single_user.py::test_a_role_that_may_not_log_in_is_no_wrong_password",
    ),
    # Secrecy
    Mutant(
        name="sends the password in clear",
        file="postgres.py",
        old="PASSWORD {literal(scram_verifier(password))}",
        new="PASSWORD {literal(password)}",
        test="test_secrecy.py::test_no_password_is_in_any_log",
    ),
    Mutant(
        name="logs the password",
        file="steps.py",
        old='            return "stored a new password in the pending version"\n',
        new='            return f"stored {password} in the pending version"\n',
        test="test_secrecy.py::test_no_password_is_in_any_log",
    ),
    Mutant(
        name="quotes an unknown error",
        file="failures.py",
        old='return cls(f"unexpected {type(error).__name__}{place}")',
        new='return cls(f"unexpected {type(error).__name__}{place}: {error}")',
        test="test_handler.py::test_an_unexpected_error_is_named_and_not_quoted",
    ),
    Mutant(
        name="chains what was caught to what Lambda gets",
        file="handler.py",
        old="    raise told\n",
        new="    raise told from failure\n",
        test="test_handler.py::test_nothing_is_chained_to_the_error",
    ),
    Mutant(
        name="quotes a value that Secrets Manager refuses",
        file="secrets_manager.py",
        old='_HOLDS_A_PASSWORD = frozenset({"PutSecretValue"})',
        new="_HOLDS_A_PASSWORD = frozenset[str]()",
        test="test_secret.py::test_a_refused_value_is_not_quoted",
    ),
    # The steps
    Mutant(
        name="does not move the label",
        file="steps.py",
        old="        self.secret.promote(self.token)\n",
        new="",
        test="test_single_user.py::test_the_four_steps_change_the_password",
    ),
    Mutant(
        name="promotes a password that the database refuses",
        file="steps.py",
        old="        except AuthenticationError:\n            raise\n",
        new="",
        test="test_steps.py::test_a_password_that_the_database_refuses_is_not_promoted",
    ),
    Mutant(
        name="goes on with a rotation that another one has replaced",
        file="steps.py",
        old="            lambda: self._require_pending(self.secret.stages_now()),\n",
        new="            lambda: None,\n",
        test="test_concurrency.py::test_a_late_delivery_of_an_older_rotation_changes_nothing",
    ),
    Mutant(
        name="keeps the label on a pending version that can never work",
        file="steps.py",
        old="            self.secret.discard(self.token)\n",
        new="",
        test="test_steps.py::test_a_pending_version_that_can_never_work_does_not_block_the_next_rotation",
    ),
    Mutant(
        name="takes the label from whichever version has it",
        file="secret.py",
        old="            self._move(CURRENT, MoveToVersionId=token, RemoveFromVersionId=current)\n",
        new="            self._move(CURRENT, MoveToVersionId=token)\n",
        test="test_secret.py::test_a_label_is_taken_from_the_version_that_had_it",
    ),
    # Single user
    Mutant(
        name="forgets what a rotation that broke off has set",
        file="single_user.py",
        old="chain([current], earlier, [pending])",
        new="chain([current], [pending])",
        test="test_single_user.py::test_after_a_crash_another_rotation_can_begin",
    ),
    Mutant(
        name="changes whichever role the pending version names",
        file="single_user.py",
        old="        self.check(pending, current)\n",
        new="",
        test="test_single_user.py::test_a_pending_version_for_another_role_or_server_is_refused",
    ),
    Mutant(
        name="lets two rotations change a role at once",
        file="postgres.py",
        old='                name=f"rotation of {lock}",\n',
        new='                name=f"rotation of {id(self)}",\n',
        test="test_concurrency.py::test_a_newer_rotation_that_waited_has_the_last_word",
    ),
    Mutant(
        name="takes the work of another delivery for a wrong password",
        file="single_user.py",
        old="chain([current], earlier, [pending])",
        new="chain([current], earlier)",
        test="test_concurrency.py::test_another_delivery_may_set_the_password_between_two_tries",
    ),
    # Alternating users
    Mutant(
        name="touches the login that clients use",
        file="logins.py",
        old="            self._assimilate(other, like=current)\n",
        new="            self._assimilate(other, like=current)\n            self._set_password(self._current)\n",
        test="test_alternating_users.py::test_the_current_login_is_never_touched",
    ),
    Mutant(
        name="rotates the login that clients use",
        file="alternating_users.py",
        old="        return current.with_login(Pair.of(current.login.username).other, password)\n",
        new="        return current.with_login(Pair.of(current.login.username).name, password)\n",
        test="test_alternating_users.py::test_the_current_login_is_never_touched",
    ),
    Mutant(
        name="leaves sessions with the login's own rights",
        file="logins.py",
        old="        settings[Setting(None, _ROLE)] = self._owner\n",
        new="",
        test="test_alternating_users.py::test_objects_stay_owned_by_one_role",
    ),
    Mutant(
        name="does not look whose rights a session has",
        file="alternating_users.py",
        old="        if (user, effective) != (pending.login.username, owner):\n",
        new="        if user != pending.login.username:\n",
        test="test_alternating_users.py::test_sessions_do_not_become_the_owner_when_it_was_taken_from_the_login",
    ),
    Mutant(
        name="does not carry settings over",
        file="logins.py",
        old="            *roles.setting_statements(role, settings),\n",
        new="            *roles.setting_statements(role, {**role.settings, Setting(None, _ROLE): self._owner}),\n",
        test="test_carried_over.py::test_settings",
    ),
    Mutant(
        name="keeps memberships that the current login has no more",
        file="roles.py",
        old="    for other in sorted(role.memberships.keys() - wanted.keys()):\n",
        new="    for other in sorted(wanted.keys() - wanted.keys()):\n",
        test="test_carried_over.py::test_memberships_that_the_current_login_has_no_more",
    ),
    Mutant(
        name="takes over another login of that name",
        file="logins.py",
        old="        if other is not None and other not in members and not self._logs_in(other.name):\n",
        new="        if other is not None and other not in members and not self._logs_in:\n",
        test="test_alternating_users.py::test_another_login_of_that_name_is_not_taken_over",
    ),
    Mutant(
        name="takes over an owner role of that name",
        file="logins.py",
        old="        if owner is not None and not self._owner_is_given and not members:\n",
        new="        if owner is not None and not self._owner_is_given and members is None:\n",
        test="test_alternating_users.py::test_an_owner_role_of_that_name_is_not_taken_over",
    ),
    Mutant(
        name="runs what others have put into the database",
        file="postgres.py",
        old='        "search_path": "pg_catalog, pg_temp",\n',
        new='        "search_path": "public, pg_catalog",\n',
        test="test_alternating_users.py::"
        "test_what_others_have_put_into_the_database_is_not_run_by_the_administrator",
    ),
    Mutant(
        name="sends the administrator to another server",
        file="administrator.py",
        old="            if not entry.login.same_server(application):\n",
        new="            if not entry.login:\n",
        test="test_administrator.py::test_an_administrator_of_another_server_is_refused",
    ),
    # What alarms count
    Mutant(
        name="does not count failures",
        file="handler.py",
        old="    metrics.step_failed(namespace, name, step=request.step, failure=told.kind, seconds=seconds)\n",
        new="",
        test="test_handler.py::test_a_failure_names_step_and_secret",
    ),
)
