"""Query parameters of lists, in the words of the process."""

from __future__ import annotations

from typing import Any

from django_filters import CharFilter, FilterSet, NumberFilter

PHASE = "phase__number"


def by(model: Any, *fields: str, **through: str) -> type[FilterSet]:
    """Filters by fields of the row, and by names for what lies behind one: `phase="phase__number"`."""
    named = {
        name: NumberFilter(field_name=path, label=name) if path == PHASE else CharFilter(field_name=path, label=name)
        for name, path in through.items()
    }
    meta = type("Meta", (), {"model": model, "fields": fields})
    return type(f"{model.__name__}Filters", (FilterSet,), {**named, "Meta": meta})
