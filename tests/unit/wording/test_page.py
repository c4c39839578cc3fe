"""Pages for browsers: whole, escaped, in the visitor's language, and loading nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypecurve.wording.page import HEADERS, Act, Page, html, wanted_locale


class Reader(HTMLParser):
    """What a browser makes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@given(st.text(), st.text())
def test_whatever_a_workspace_is_called_it_is_only_text(name: str, url: str) -> None:
    plain = Reader(html(Page("x", ("y",), ("z",), Act("go", "u"), ("s",)), "en"))
    read = Reader(html(Page(name, (name,), (name,), Act(name, url), (name,)), name))
    assert [tag for tag in read.tags if tag != "code"] == plain.tags
    assert len(read.links) == 1


def test_a_page_loads_nothing_and_says_its_language() -> None:
    page = html(
        Page("Hello", ("type `/hype help` here",), act=Act("Go", "https://x.example")), "zh_CN"
    )
    assert '<html lang="zh-CN">' in page
    assert "<code>/hype help</code>" in page
    assert Reader(page).links == ["https://x.example"]
    assert not re.search(r"url\(|@import|<script", page)
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("xx, en;q=0.5", "en"),
        (";q=,,;;q=2", "en"),
        ("*", "en"),
        ("x" * 10_000, "en"),
    ],
)
def test_a_browser_that_asks_for_nothing_of_ours_reads_english(accepted: str, locale: str) -> None:
    assert wanted_locale(accepted) == locale
