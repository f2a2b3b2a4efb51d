"""What can go wrong, by meaning. The edge turns each into an answer; see `jps.http`.

A message is an Indonesian template (marked with `jps.text.N_`) and its parameters: the edge
translates the template and then fills it in, so the layers below know no request and no language.
"""

from typing import ClassVar

from jps.text import N_


class JpsError(Exception):
    """Base of every error that a person can act on.

    `status` is the HTTP status and `code` the stable name in problem+json and logs. Parameters must
    not hold names or NIKs: they may reach a log. `keeps` says that what was flushed before the
    error is to be committed all the same (a late save that was put aside).
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-request"
    keeps: ClassVar[bool] = False

    def __init__(self, message: str, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message.format(**self.params)


class NotAllowed(JpsError):
    """The person is known but may not do this."""

    status, code = 403, "not-allowed"

    def __init__(self, message: str = N_("Anda tidak berwenang melakukan ini."), **params: object):
        super().__init__(message, **params)


class NotFound(JpsError):
    """Nothing here, or nothing in the person's area."""

    status, code = 404, "not-found"

    def __init__(
        self,
        message: str = N_("Data tidak ditemukan, atau berada di luar wilayah Anda."),
        **params: object,
    ):
        super().__init__(message, **params)


class Conflict(JpsError):
    """The state of the data does not allow it."""

    status, code = 409, "conflict"


class InvalidData(JpsError):
    """The data was understood and is wrong. `problems` maps a path to its messages."""

    status, code = 422, "invalid-data"

    def __init__(
        self, message: str, problems: dict[str, list[str]] | None = None, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.problems = problems or {}


class InvalidFile(JpsError):
    """A file cannot be read as what it claims to be. Nothing of it was kept."""

    status, code = 422, "invalid-file"
