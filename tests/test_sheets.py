"""Tables as files, and out of files again."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from ui import sheet_files, sheets

HEADINGS = ["key", "name", "value", "due", "kinds"]
ROWS = [
    ["a", "=HYPERLINK(1)", Decimal("-0.500"), date(2026, 11, 25), ["x", "y"]],
    ["b", "@SUM, “quoted” <b> & more\nline", None, None, []],
    ["c", "+1", 3, None, [{"text": "x"}]],
    ["d", "-", True, None, None],
    ["e", "\t=1", Decimal(10), None, None],
]


def test_csv_holds_no_formula_and_keeps_numbers() -> None:
    rows = list(csv.reader(io.StringIO(sheets.write("csv", HEADINGS, ROWS).decode())))
    assert rows[1] == ["a", "'=HYPERLINK(1)", "-0.5", "2026-11-25", "x; y"]
    assert [row[1][0] for row in rows[1:6]] == ["'"] * 5
    assert rows[4][2] == "yes"
    assert rows[5][2] == "10"


def test_xlsx_stores_text_as_text_and_is_the_same_each_time() -> None:
    data = sheets.write("xlsx", HEADINGS, ROWS)
    assert data == sheets.write("xlsx", HEADINGS, ROWS)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert 't="inlineStr"><is><t xml:space="preserve">=HYPERLINK(1)</t>' in sheet
    assert '<c r="C2"><v>-0.5</v></c>' in sheet


def test_json_keeps_shapes_and_decimals_as_strings() -> None:
    rows = json.loads(sheets.write("json", HEADINGS, ROWS))
    assert rows[0] == {
        "key": "a", "name": "=HYPERLINK(1)", "value": "-0.5", "due": "2026-11-25", "kinds": ["x", "y"]
    }  # fmt: skip
    assert rows[2]["kinds"] == [{"text": "x"}]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_was_written_is_read_again(form: str) -> None:
    found = sheet_files.read(f"x.{form}", sheets.write(form, HEADINGS, ROWS))
    assert found.headings == HEADINGS
    assert found.rows[0] == ["a", "=HYPERLINK(1)", "-0.5", "2026-11-25", "x; y"]
    assert found.rows[1][1] == ROWS[1][1]
    assert len(found.rows) == 5


def test_yaml_and_json_are_lists_of_objects() -> None:
    text = "- name: One\n  due: 2026-11-25\n  kinds: [x, y]\n- name: Two\n  extra: true\n"
    found = sheet_files.read("x.yaml", text.encode())
    assert found.headings == ["name", "due", "kinds", "extra"]
    assert found.rows == [["One", "2026-11-25", "x; y", ""], ["Two", "", "", "yes"]]
    assert sheet_files.read("x.json", b'[{"a": 1}]').rows == [["1"]]


def test_semicolons_and_a_byte_order_mark_are_taken() -> None:
    assert sheet_files.read("x.csv", "\ufeffname;due\nA;1\n".encode()).rows == [["A", "1"]]


def hostile(sheet: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"a" * (sheet_files.LARGEST + 1), "larger"),
        ("x.csv", b"name\n", "at least one row"),
        ("x.csv", b"\xff\xfe\n1\n", "UTF-8"),
        ("x.csv", b'name\n"open\n', "can not be read"),
        ("x.csv", b"name,name\n1,2\n", "name of its own"),
        ("x.csv", b"name,,b\n1,2,3\n", "name of its own"),
        ("x.csv", b"name\n" + b"1\n" * (sheet_files.MOST_ROWS + 1), "at most"),
        ("x.pdf", b"%PDF", "ends in"),
        ("x.yaml", b"a: 1", "list of objects"),
        ("x.yaml", b"- {a: {b: 1}}", "object"),
        ("x.yaml", b"- &x {a: 1}\n- *x", "aliases"),
        ("x.yaml", b"- !!python/name:os.getcwd x", "no YAML"),
        ("x.xlsx", b"PK nothing", "no XLSX"),
        ("x.xlsx", hostile("<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "document type"),
        ("x.xlsx", hostile("<x>" + " " * (sheet_files.LARGEST_PART + 1) + "</x>"), "larger inside"),
        ("x.xlsx", hostile("<x>"), "no XLSX"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(name: str, data: bytes, said: str) -> None:
    with pytest.raises(sheet_files.Unreadable, match=said):
        sheet_files.read(name, data)
