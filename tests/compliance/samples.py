"""A report with every block in it, and names and words that are hard to print."""

from __future__ import annotations

from compliance.documents import blocks as b
from regulations.records import Reference

RISK = Reference("projects.risk", "0193a1f0-0000-7000-8000-000000000001", "Contradictory objectives")
FILE = Reference("evidence.blob", "0193a1f0-0000-7000-8000-000000000002", "plan.pdf", "ab" * 32)
SQUARE = '<svg viewBox="0 0 10 10"><title>Old</title><rect width="10" height="10" fill="#216e39"/></svg>'
HEAD = b.TrailHead(
    size=12, root="0f" * 32, last_event="0193a1f0-0000-7000-8000-0000000000ff", sealed_at="2026-11-24T10:00:01.000000Z",
    note="churn\n12\nD4/=\n\n— key sig\n", root_note="root\n40\nD4/=\n\n— key sig\n", vkey="root+0a+AAAA",
)  # fmt: skip


def document(*sections: b.Section, **changes: object) -> b.ReportDocument:
    found = tuple(dict.fromkeys(b.references_in(sections)))
    values = {
        "kind": "sample", "title": "Sample report", "subtitle": "Keep customers.", "project": "Churn", "slug": "churn",
        "as_of": "2026-11-24T10:00:00.000000Z", "text_versions": ("Process crisp-ml(q) 1",), "status": "final",
        "trail": HEAD, "facts": b.KeyValues((b.Pair("State", b.Text("Running")),)), "sections": sections,
        "references": tuple(b.Cited(each, 7, "cd" * 32, "/projects/churn/" if each is RISK else "") for each in found),
    }  # fmt: skip
    return b.ReportDocument(**(values | changes))


def every_block() -> tuple[b.Section, ...]:
    columns = (b.Column("Name", 4), b.Column("Value", 1, "number"), b.Column("Hash", 3, "code"))
    row = (b.Text("Risk", (RISK,), "bad"), b.Text("0.25"), b.Text("ab" * 32, (FILE,)))
    inner = b.Section("inner", "Within", (b.Listing((b.Text("first"), b.Text("second", (RISK,)))),))
    return (
        b.Section(
            "all", "Every block",
            (
                b.Paragraph("A statement <b>.", (RISK, FILE)), b.Callout("Look.", "warn", (RISK,)),
                b.KeyValues((b.Pair("Key", b.Text("value", (), "good")),)),
                b.Table("Measured values", columns, (row,)), b.Table("Nothing", columns, (), "None at all."),
                b.Figure(SQUARE, "A square", "A green square"), b.Code("ab" * 40, "Hash"),
                b.NotRecorded("No data sheet.", ("dataset",)), b.Placeholder("sign", "Signature", "By the provider."),
                inner,
            ),
        ),
        b.Section("hard", "Hard names", tuple(b.Paragraph(text) for text in HARD)),
    )  # fmt: skip


HARD = (
    "مشروع الكشف عن الاحتيال 2026", "פרויקט זיהוי הונאות", "顧客離反予測プロジェクト", "客户流失预测", "고객 이탈 예측",
    "Donaudampfschifffahrtsgesellschaftskapitän" * 8, "x" * 400, "Ünïcödé ½ → ≥ ✓ Ελληνικά Кириллица",
)  # fmt: skip
