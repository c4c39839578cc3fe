"""Status, headers and body: what each answer of GitHub's stands for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.answers import Moved, Quota, decipher, quota
from hypecurve.domain.errors import (
    SourceError,
    SourceGone,
    SourceLimited,
    SourceRefused,
    SourceUnavailable,
)

NOW = 1_795_305_600.0
DATE = "Sun, 22 Nov 2026 00:00:00 GMT"


def said(message: str, **more: object) -> bytes:
    return json.dumps({"message": message, **more}).encode()


def test_a_good_answer_is_its_json() -> None:
    assert decipher(200, {}, b'{"a": [1]}', now=NOW) == {"a": [1]}


def test_a_redirect_says_where_to() -> None:
    there = "https://api.github.com/repositories/7"
    assert decipher(301, {"location": there}, b"", now=NOW) == Moved(there)


CASES: list[tuple[int, dict[str, str], bytes, type[SourceError], str]] = [
    (200, {}, b"<html>", SourceUnavailable, "not JSON: '<html>'"),
    (200, {}, b'{"a": [1', SourceUnavailable, "not JSON"),
    (200, {}, b"[" * 100_000, SourceUnavailable, "not JSON"),
    (200, {}, b"\xff\xfe", SourceUnavailable, "not JSON"),
    (202, {}, b"{}", SourceUnavailable, "answered 202"),
    (304, {}, b"", SourceRefused, "304"),
    (401, {}, said("Bad credentials"), SourceRefused, "Bad credentials.*GITHUB_TOKEN"),
    (403, {}, said("Resource not accessible"), SourceRefused, "403: Resource not accessible"),
    (403, {}, said("You have exceeded a secondary rate limit"), SourceLimited, "secondary"),
    (403, {"x-ratelimit-remaining": "0"}, b"", SourceLimited, "403"),
    (403, {"retry-after": "5"}, said("Slow down"), SourceLimited, "Slow down"),
    (403, {}, said("Blocked", block={"reason": "tos"}), SourceGone, r"\(tos\)"),
    (404, {}, said("Not Found"), SourceGone, "deleted, private"),
    (422, {}, said("Validation Failed"), SourceRefused, "422: Validation Failed"),
    (429, {"retry-after": "30"}, b"", SourceLimited, "429"),
    (451, {}, said("Blocked", block={"reason": "dmca"}), SourceGone, r"\(dmca\)"),
    (451, {}, b"", SourceGone, "blocked"),
    (500, {}, b"", SourceUnavailable, "500"),
    (502, {}, said("Server Error"), SourceUnavailable, "502: Server Error"),
]


@pytest.mark.parametrize(("status", "headers", "body", "kind", "words"), CASES)
def test_a_bad_answer_is_an_error_in_words(
    status: int, headers: dict[str, str], body: bytes, kind: type[SourceError], words: str
) -> None:
    with pytest.raises(kind, match=words) as error:
        decipher(status, headers, body, now=NOW)
    assert type(error.value) is kind


def test_retry_after_comes_before_the_reset() -> None:
    headers = {
        "retry-after": "30",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(NOW) + 900),
        "date": DATE,
    }
    with pytest.raises(SourceLimited) as limited:
        decipher(429, headers, b"", now=NOW)
    assert limited.value.retry_after == 30


def test_the_reset_is_reckoned_by_githubs_own_clock() -> None:
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(NOW) + 900),
        "date": DATE,
    }
    with pytest.raises(SourceLimited) as limited:
        decipher(403, headers, b"", now=NOW - 86_400)
    assert limited.value.retry_after == 900


def test_a_limit_without_a_time_says_none() -> None:
    with pytest.raises(SourceLimited) as limited:
        decipher(429, {"retry-after": "soon"}, b"", now=NOW)
    assert limited.value.retry_after is None


def test_the_quota_is_read_from_the_headers() -> None:
    headers = {
        "x-ratelimit-remaining": "4999",
        "x-ratelimit-reset": str(int(NOW) + 60),
        "x-ratelimit-resource": "graphql",
    }
    assert quota(headers, NOW) == Quota("graphql", 4_999, 60.0)
    assert quota({}, NOW) is None


names = st.sampled_from(
    ["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "date", "location"]
)


values = st.sampled_from(["", "0", "-1", "7", "nan", "1e9", "\xb2", DATE, "9" * 30, "Sun, 99 Nov"])


def complaint(status: int, headers: dict[str, str], body: bytes) -> str:
    try:
        decipher(status, headers, body, now=NOW)
    except SourceError as error:
        return str(error)
    return ""


@settings(deadline=None)
@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(
        names,
        values,
    ),
    body=st.binary(max_size=80) | st.text(max_size=30).map(said),
)
def test_any_answer_at_all_is_a_value_or_a_source_error(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    assert "\n" not in complaint(status, headers, body)
