"""`python benchmarks/reports.py [ROWS …]`: times every form of reports of some pages, and tells the memory it takes.

Each number of rows makes one table, each row with a record it rests on; a process of its own for each, so that memory
is that of one report. Seconds are those of the processor, for others may work beside.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")


def document(rows: int) -> object:
    from compliance.documents import blocks as b
    from regulations.records import Reference

    columns = (b.Column("Name", 4), b.Column("State"), b.Column("Value", 2, "number"), b.Column("Hash", 4, "code"))
    references = [Reference("projects.risk", str(UUID(int=n)), f"Risk {n}") for n in range(rows)]
    made = tuple(
        (b.Text(f"Measurement {n} of a long series", (each,)), b.Text("met", (), "good"), b.Text(f"{n / 7:.3f}"),
         b.Text("ab" * 32))
        for n, each in enumerate(references)
    )  # fmt: skip
    head = b.TrailHead(rows, "0f" * 32, str(UUID(int=1)), "2026-11-24T10:00:00Z", "note", "root", "key")
    return b.ReportDocument(
        kind="benchmark", title="Benchmark", subtitle="Many rows.", project="Churn", slug="churn",
        as_of="2026-11-24T10:00:00.000000Z", text_versions=("Process 1",), status="draft", trail=head,
        facts=b.KeyValues(()), sections=(b.Section("rows", "Rows", (b.Table("Values", columns, made),)),),
        references=tuple(b.Cited(each, n, "cd" * 32, "/") for n, each in enumerate(references)),
    )  # fmt: skip


def measure(rows: int) -> None:
    import django
    import pypdfium2

    django.setup()
    from compliance.documents.forms import FORMS

    made = document(rows)
    for form in ("json", "html", "docx", "pdf"):
        begun = time.process_time()
        data = FORMS[form].make(made)
        took = time.process_time() - begun
        pages = f", {len(pypdfium2.PdfDocument(data))} pages" if form == "pdf" else ""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{rows:>6} rows as {form:<4} {took:7.2f} s, {len(data) // 1024:>6} KB, peak {peak} MB{pages}", flush=True
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]))
    else:
        for rows in sys.argv[1:] or ["100", "2700"]:
            subprocess.run([sys.executable, __file__, "--one", rows], check=True)
