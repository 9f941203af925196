"""Typed fields and columns in templates."""

from __future__ import annotations

from typing import Any

from django import template

from catalogue.document_kinds import Column, Field

register = template.Library()


@register.filter
def options(field: Field | Column) -> list[tuple[str, str]]:
    """What may be chosen: key and label."""
    if field.type == "yes_no":
        return [("yes", "Yes"), ("no", "No")]
    return [(option["key"], option["label"]) for option in field.options]


@register.filter
def told(value: Any, field: Field | Column) -> str:
    """A value as people read it: of a choice its label."""
    if field.type in {"choice", "yes_no"}:
        return dict(options(field)).get(value, value or "")
    return value
