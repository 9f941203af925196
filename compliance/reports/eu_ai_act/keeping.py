"""What has to be kept, by whom, for how long; of obligations that apply."""

from __future__ import annotations

from compliance.documents.blocks import Section
from compliance.documents.writing import paragraph, table
from compliance.documents.writing import text as column
from regulations.coverage import Coverage


def section(covered: Coverage) -> Section:
    apply = {standing.obligation.id for standing in covered.applicable}
    rows = [
        [each["cite"], each["what"], each["who"], each["how_long"]]
        for each in covered.basis.pack.body.get("record_keeping", [])
        if apply & set(each["obligations"])
    ]
    columns = [column("Provision"), column("What", 5), column("Who", 2), column("How long", 3)]
    lines = table("Keeping", columns, rows, "Nothing of what applies sets a time.")
    told = "The trail and what it commits to are kept at least until the retention date of the project."
    return Section("keeping", "How long what is kept", (lines, paragraph(told)))
