"""Tables as files, and out of files again."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from ui import sheet_files, sheets, workbooks

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


def test_numbers_and_times_of_yaml_and_json_are_taken_as_they_were_written() -> None:
    written = ["0.12345678901234567890", "010", "1:30", "1e2", "2026-13-45", "12345678901234567890123"]
    text = "".join(f"- value: {each}\n" for each in written)
    assert sheet_files.read("x.yaml", text.encode()).rows == [[each] for each in written]
    found = sheet_files.read("x.json", b'[{"a": 0.12345678901234567890, "b": 1e2, "c": NaN}]')
    assert found.rows == [["0.12345678901234567890", "1e2", "NaN"]]


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_star_or_an_ampersand_in_a_text_is_no_alias(form: str) -> None:
    text = '[{"name": "Use *args, R &D and [*] of it"}]'
    assert sheet_files.read(f"x.{form}", text.encode()).rows == [["Use *args, R &D and [*] of it"]]


def test_rows_are_numbered_as_the_program_shows_them_they_come_from() -> None:
    assert sheet_files.read("x.csv", b"name\n\nA\n,\nB\n").lines == [3, 5]
    assert sheet_files.read("x.yaml", b"- name: A\n- name:\n- name: B\n").lines == [2, 4]
    sheet = '<row r="2"><c r="A2"><v>name</v></c></row><row r="9"><c r="A9"><v>1</v></c></row>'
    assert sheet_files.read("x.xlsx", hostile(f"<w><sheetData>{sheet}</sheetData></w>")).lines == [9]


def test_the_first_sheet_is_the_one_people_see_first() -> None:
    parts = {
        "xl/workbook.xml": '<w xmlns:r="office"><sheets><sheet r:id="b"/><sheet r:id="a"/></sheets></w>',
        "xl/_rels/workbook.xml.rels": '<w><Relationship Id="a" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="b" Target="/xl/worksheets/sheet2.xml"/></w>',
    }
    for number, text in (("1", "second"), ("2", "first")):
        cells = "".join(f'<row><c t="inlineStr"><is><t>{each}</t></is></c></row>' for each in ("name", text))
        parts[f"xl/worksheets/sheet{number}.xml"] = f"<w><sheetData>{cells}</sheetData></w>"
    assert sheet_files.read("x.xlsx", zipped(parts)).rows == [["first"]]


def test_a_reading_aid_is_no_part_of_a_text() -> None:
    cell = '<c t="inlineStr"><is><r><t>To</t></r><r><t>kyo</t></r><rPh><t>aid</t></rPh></is></c>'
    sheet = f"<w><sheetData><row>{cell}</row><row>{cell}</row></sheetData></w>"
    assert sheet_files.read("x.xlsx", hostile(sheet)).rows == [["Tokyo"]]


def test_a_small_file_does_not_unfold_into_much_memory() -> None:
    """Empty elements, cells and rows by the million."""
    million = 1_500_000
    for body in ("<a/>" * million, "<row/>" * million, f"<row>{'<c/>' * million}</row>"):
        data = hostile(f"<w><sheetData>{body}</sheetData></w>")
        tracemalloc.start()
        with pytest.raises(sheet_files.Unreadable):
            sheet_files.read("x.xlsx", data)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
        tracemalloc.stop()


def test_a_table_waits_in_a_form_and_is_checked_again() -> None:
    table = sheet_files.read("x.csv", b"name,aim\n\nA,B\n")
    assert sheet_files.of_text(sheet_files.as_text(table)) == table


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "[1]", "[[1]]", '[[1, ["a"]], [2, null]]', '[[1, ["a"]], [2, ["b", "c"]]]', "[" * 100_000,
     '[[1, ["a"]], [2, ["b\\u0000"]]]', '[[1, ["a"]], [2, ["b\\ud800"]]]', '[[1, ["a"]], ["x", ["b"]]]'],
)  # fmt: skip
def test_a_table_that_was_damaged_in_a_form_is_refused(text: str) -> None:
    with pytest.raises(sheet_files.Unreadable):
        sheet_files.of_text(text)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def hostile(sheet: str | bytes) -> bytes:
    return zipped(
        {
            "xl/workbook.xml": '<w xmlns:r="office"><sheets><sheet r:id="a"/></sheets></w>',
            "xl/_rels/workbook.xml.rels": '<w><Relationship Id="a" Target="worksheets/sheet1.xml"/></w>',
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def truncated() -> bytes:
    """Its directory is whole, and what it leads to is not."""
    data = bytearray(sheets.write("xlsx", HEADINGS, [*ROWS] * 50))
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 40] = b"\xff" * 40
    return bytes(data)


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
        ("x.yaml", b"- &x {a: 1}\n- *x", "Aliases"),
        ("x.yaml", b"- !!python/name:os.getcwd x", "tags"),
        ("x.xlsx", b"PK nothing", "no XLSX"),
        ("x.xlsx", hostile("<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "document type"),
        ("x.xlsx", hostile("<!DOCTYPE x [<!ENTITY a 'b'>]><x/>".encode("utf-16")), "document type"),
        ("x.xlsx", hostile("<x>" + " " * (workbooks.LARGEST_PART + 1) + "</x>"), "larger inside"),
        ("x.xlsx", truncated(), "no XLSX"),
        ("x.xlsx", zipped({"xl/workbook.xml": "<w/>", "xl/_rels/workbook.xml.rels": "<w/>"}), "no sheet"),
        ("x.xlsx", zipped({"../../etc/passwd": "x"}), "no XLSX"),
        ("x.csv", b"name,aim\nA,B\n\nAsk, or look,To know.\n", "Row 4 has more cells"),
        ("x.yaml", b'- name: "a\\0b"\n', "can not be stored"),
        ("x.json", b'[{"name": "\\ud800"}]', "can not be stored"),
        ("x.json", b"[" * 100_000, "no JSON"),
        ("x.yaml", b"[" * 100_000, "no YAML"),
        ("x.yaml", b"\xff\xfe", "UTF-8"),
        ("x.yaml", b"- a: !!timestamp x", "tags"),
        ("x.xlsx", hostile("<x>"), "no XLSX"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(name: str, data: bytes, said: str) -> None:
    with pytest.raises(sheet_files.Unreadable, match=said):
        sheet_files.read(name, data)
