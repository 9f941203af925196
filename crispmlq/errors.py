"""Refusals that a person or a program can act on. A leaf: every app may import it, it imports nobody.

A page shows `message` next to the button that was pressed; the API answers problem+json with `code` and `detail`.
A bug is not a refusal: it stays an exception of its own.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal with a stable `code`, an HTTP `status`, a sentence that says what to do, and `data` for programs."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Refused"

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Invalid(DomainError):
    """The input can not be understood or breaks a rule. `errors` maps a field (or "") to its sentences."""

    code, status, title = "invalid", 422, "Invalid input"

    def __init__(self, message: str, errors: dict[str, list[str]] | None = None, **data: Any) -> None:
        super().__init__(message, **data)
        self.errors = errors or {}
        if self.errors:
            self.data["errors"] = self.errors


class NotAllowed(DomainError):
    """The actor may see the thing, but not do this to it."""

    code, status, title = "not_allowed", 403, "Not allowed"


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does."""

    code, status, title = "not_found", 404, "Not found"


class Conflict(DomainError):
    """The thing is in a state in which this can not be done."""

    code, status, title = "conflict", 409, "Conflict"


class Stale(Conflict):
    """Somebody changed the row since it was read (`data["current"]` is its version now)."""

    code, status, title = "stale", 412, "Changed in the meantime"
