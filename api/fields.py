"""Fields and serializers all inputs and outputs share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.canon import decimal_of, decimal_text


@extend_schema_field({"type": "string", "format": "decimal", "example": "0.95"})
class Number(serializers.Field):
    """A decimal as a plain string, without rounding and without trailing zeros."""

    def to_internal_value(self, value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise serializers.ValidationError("Give a number.")
        try:
            return decimal_of(str(value))
        except ValueError:
            raise serializers.ValidationError("Give a finite number: digits, with a point for decimals.") from None

    def to_representation(self, value: Decimal) -> str:
        return decimal_text(value)


class Input(serializers.Serializer):
    """Refuses keys it does not know, so that a misspelt one is not lost silently."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) or hasattr(data, "keys"):
            unknown = sorted(set(data.keys()) - set(self.fields))
            if unknown:
                known = ", ".join(self.fields)
                raise serializers.ValidationError({key: [f"Unknown; known are: {known}."] for key in unknown})
        return super().to_internal_value(data)
