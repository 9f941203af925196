"""Lists as CSV and XLSX: `?format=csv`, or by Accept. All rows come in one file, without pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from ui import sheets


class SheetRenderer(BaseRenderer):
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Columns are the fields of the rows; a refusal stays what it is everywhere."""
        if renderer_context["response"].status_code >= 400:
            return JSONRenderer().render(data)
        view = renderer_context["view"]
        name = f"{getattr(getattr(view, 'project', None), 'slug', 'all')}-{view.basename_of_file()}"
        renderer_context["response"]["Content-Disposition"] = f'attachment; filename="{name}.{self.format}"'
        rows = data if isinstance(data, list) else [data]
        headings = list(dict.fromkeys(key for row in rows for key in row))
        return sheets.write(self.format, headings, ([_cell(row.get(key)) for key in headings] for row in rows))


class CsvRenderer(SheetRenderer):
    media_type, format = "text/csv", "csv"


class XlsxRenderer(SheetRenderer):
    media_type, format = sheets.TYPES["xlsx"], "xlsx"


def _cell(value: Any) -> Any:
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return list(value) if isinstance(value, list | tuple) else value
