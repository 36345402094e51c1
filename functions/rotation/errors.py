"""What can stop a rotation; no message ever quotes a password."""


class RotationError(Exception):
    """A step cannot go on: the message names what is wrong or missing, and how to go on."""


class LoginRefusedError(RotationError):
    """PostgreSQL does not accept the password (SQLSTATE 28P01); another one may still be right."""
