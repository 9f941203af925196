"""From a form's texts to what the services of this app take."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

from crispmlq.errors import Invalid
from projects.views import typed_fields
from projects.views.readers import Given, texts
from registry.kinds import Kind
from registry.models import Announcement, ArtefactVersion
from registry.services.artefacts import Saying
from registry.services.references import Input
from registry.services.versions import Draft
from ui.numbers import whole


def saying(kind: Kind, given: Given) -> Saying:
    return Saying(**texts("name", "owner", "description")(given), fields=typed_fields.values(kind.about, given))


def draft(kind: Kind, given: Given) -> Draft:
    names = ("label", "sha256", "location", "parent", "reason", "step", "step_mode")
    lines = [line for line in given.get("inputs", "").splitlines() if line.strip()]
    return Draft(
        **texts(*names)(given), fields=typed_fields.values(kind.version, given), inputs=[_input(line) for line in lines]
    )


def expected(given: Given) -> int | None:
    return whole(given.get("expected", ""))


def link(given: Given) -> dict[str, Any]:
    return {"source": _input(given.get("source", "")), "reason": given.get("reason", "")}


def answer(given: Given) -> dict[str, Any]:
    """`to`: "version" or "announcement", with a colon and its id."""
    what, _, pk = given.get("to", "").partition(":")
    model = {"version": ArtefactVersion, "announcement": Announcement}.get(what)
    found = model.objects.filter(pk=_uuid(pk)).first() if model else None
    to = {f"to_{what}": found} if found else {}
    return {**texts("verdict", "note")(given), **to}


def profile(given: Given) -> dict[str, Any]:
    return {
        "stage": given.get("stage", ""),
        "statistics": _table(given, "statistics"),
        "checks": _table(given, "checks"),
    }


def _input(line: str) -> Input:
    """`key@label`, or `key@label: feature = source, source; feature = source`."""
    ref, _, rest = line.strip().partition(": ")
    features = {}
    for part in filter(None, (each.strip() for each in rest.split(";"))):
        name, _, sources = part.partition("=")
        features[name.strip()] = [source.strip() for source in sources.split(",") if source.strip()]
    return Input(ref.strip(), features)


def _table(given: Given, name: str) -> list[dict[str, str]]:
    """Rows of pasted CSV with a line of column names."""
    rows = list(csv.DictReader(io.StringIO(given.get(name, "").strip())))
    if any(None in row or None in row.values() for row in rows):
        sentence = "Give as many values in each line as there are column names in the first."
        raise Invalid(sentence, errors={name: [sentence]})
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
