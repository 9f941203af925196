"""`?as_of=<time>`: rows of a project as they were, rebuilt from the trail."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from audit.past import Past
from crispmlq.errors import Invalid, NotFound
from projects.models import Project

PARAMETER = "as_of"
BESIDE = {PARAMETER, "limit", "offset", "format"}


class AsOf:
    """Mixin of API views that list and retrieve; before those of the framework. Other actions know no past."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at = moment(request)
        if self.at is None:
            return
        if self.action not in {"list", "retrieve"}:
            raise Invalid("The past can be looked at, not changed: as_of is for lists and single rows.")
        beside = sorted(set(request.query_params) - BESIDE)
        if beside:
            raise Invalid(f"With as_of, lists come whole: leave out {', '.join(beside)}.")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if self.at is None:
            return super().list(request, *args, **kwargs)
        rows = Past(self.project.pk, self.at).rows(self.model)
        page = self.paginate_queryset(rows)
        found = self.get_serializer(rows if page is None else page, many=True).data
        return Response(found) if page is None else self.get_paginated_response(found)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if self.at is None:
            return super().retrieve(request, *args, **kwargs)
        return Response(self.get_serializer(self.past_row()).data, headers={"As-Of": self.at.isoformat()})

    def past_row(self) -> Any:
        past = Past(self.project.pk, self.at)
        if self.model is Project:
            found = past.get(Project, self.project.pk)
        else:
            wanted = self.lookup()
            found = next((row for row in past.rows(self.model) if _fits(row, wanted)), None)
        if found is None:
            raise NotFound("It did not exist at that time.")
        return found


def moment(request: Request) -> datetime | None:
    """The time asked for. Raises: Invalid: no time with a zone."""
    given = request.query_params.get(PARAMETER)
    if given is None:
        return None
    try:
        at = parse_datetime(given)
        is_one = at is not None and at.tzinfo is not None and at.astimezone(UTC) is not None
    except (ValueError, OverflowError):  # the last: beyond the first or the last year in UTC
        is_one = False
    if not is_one:
        sentence = "Give a time with its zone, such as 2026-11-24T10:00:00Z."
        raise Invalid(sentence, errors={PARAMETER: [sentence]})
    return at


def _fits(row: Any, wanted: dict[str, Any]) -> bool:
    return all(str(_value(row, path)) == str(value) for path, value in wanted.items())


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row
