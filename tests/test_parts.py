"""Parts of pages that take content, as templates use them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from ui.templatetags.ui import lasting

TABLE = """{% load parts %}{% table "title" of=rows empty="No run yet" hint="Enter one." %}
<tbody>{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}</tbody>{% endtable %}"""


def drawn(source: str, query: str = "", **context: object) -> str:
    return engines["django"].from_string(source).render(context, RequestFactory().get("/runs" + query))


def test_a_table_is_named_and_scrolls_by_itself() -> None:
    page = drawn(TABLE, rows=["first"])
    assert 'class="table-scroll" tabindex="0" role="group" aria-labelledby="title"' in page
    assert "<td>first</td>" in page
    assert "No run yet" not in page


def test_a_table_without_rows_says_so_instead() -> None:
    page = drawn(TABLE, rows=[])
    assert "<table" not in page
    assert "No run yet" in page
    assert "Enter one." in page


def test_the_pager_of_a_table_keeps_the_filter() -> None:
    page = drawn(TABLE, "?state=failed&page=2", rows=Paginator(range(30), 10).get_page(2))
    assert "?state=failed&amp;page=1" in page
    assert "?state=failed&amp;page=3" in page
    assert "Page 2 of 3" in page


def test_one_page_alone_has_no_pager() -> None:
    assert "Page 1" not in drawn(TABLE, rows=Paginator(range(3), 10).get_page(1))


def test_a_step_of_a_path_and_the_text_of_a_row_are_escaped() -> None:
    page = drawn(
        '{% load parts %}{% crumb name "projects:dashboard" %}{% disclosure name %}<p>x</p>{% enddisclosure %}',
        name="<b>",
    )
    assert page.count("&lt;b&gt;") == 2
    assert "<p>x</p>" in page


def test_a_length_of_time_is_said_in_its_unit() -> None:
    assert [lasting(n) for n in (None, 35, 600, 15840)] == ["–", "35 min", "10 h", "11 days"]
