"""Pictures of reports for programs that take no SVG."""

from __future__ import annotations

import io
import re

DOTS_PER_POINT = 3


def png_of(svg: str, width_mm: int) -> bytes:
    """The picture at print resolution. WeasyPrint and pdfium are imported here: they take a second."""
    import pypdfium2
    from weasyprint import HTML

    found = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', svg)
    wide, high = (float(found[1]), float(found[2])) if found else (4.0, 3.0)
    sizes = f"@page {{ size: {width_mm}mm {width_mm * high / wide:.2f}mm; margin: 0 }} body {{ margin: 0 }}"
    page = HTML(string=f"<style>{sizes} svg {{ width: 100%; display: block }}</style>{svg}").write_pdf()
    image = pypdfium2.PdfDocument(page)[0].render(scale=DOTS_PER_POINT).to_pil()
    png = io.BytesIO()
    image.save(png, "PNG", optimize=True)
    return png.getvalue()
