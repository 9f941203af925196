"""A report as PDF/A-3a and PDF/UA-1, with its data attached. Same document, same bytes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from compliance.documents import html, plain
from compliance.documents.blocks import ReportDocument
from crispmlq.errors import Conflict

_UA = (
    b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about=""><pdfuaid:part>1</pdfuaid:part>'
    b"</rdf:Description>"
    b'<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    b'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
    b'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" '
    b'rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    b'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of PDF/UA</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


class PdfNotPossible(Conflict):
    code, title = "pdf_not_possible", "PDF is not possible here"


def as_pdf(document: ReportDocument) -> bytes:
    """WeasyPrint is imported here: it takes a second."""
    try:
        from weasyprint import HTML, Attachment
    except OSError as error:
        raise PdfNotPossible(
            "PDF needs the system libraries libpangoft2-1.0-0 and libharfbuzz-subset0. Ask the administrator for them."
        ) from error
    at = parse_datetime(document.as_of)
    attachment = Attachment(
        string=plain.as_json(document).decode(), name=f"{document.kind}.json", description="The data of this report",
        created=at, modified=at, relationship="Data",
    )  # fmt: skip
    return HTML(string=html.page(document, for_paper=True), base_url=str(settings.BASE_DIR)).write_pdf(
        pdf_variant="pdf/a-3a", attachments=[attachment], finisher=_declare_accessible,
        pdf_identifier=bytes.fromhex(document.trail.root)[:16],
    )  # fmt: skip


def _declare_accessible(document: Any, pdf: Any) -> None:
    """Add PDF/UA-1 to the metadata, which PDF/A wants as one stream in clear text."""
    stream = next(o for o in pdf.objects if getattr(o, "extra", None) and o.extra.get("Type") == "/Metadata")
    stream.stream = [part.replace(b"</rdf:RDF>", _UA + b"</rdf:RDF>") for part in map(_bytes, stream.stream)]
    stream.compress = False


def _bytes(part: Any) -> bytes:
    return part if isinstance(part, bytes) else str(part).encode()
