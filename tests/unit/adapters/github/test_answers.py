"""Status, headers and body: what each answer of GitHub's stands for."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hypecurve.adapters.github.answers import Moved, Quota, date, decipher, limits_nobody, quota
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
    (404, {}, said("Not Found"), SourceGone, "is not there: it was deleted or made private"),
    (404, {}, b"<html>", SourceUnavailable, "no GitHub API answered 404: check GITHUB_API_URL"),
    (404, {}, b"", SourceUnavailable, "404"),
    (422, {}, said("Validation Failed"), SourceRefused, "422: Validation Failed"),
    (429, {"retry-after": "30"}, b"", SourceLimited, "429"),
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


CLOSED: list[tuple[int, bytes, str, str]] = [
    (451, said("Blocked", block={"reason": "dmca"}), "dmca", r"copyright \(DMCA\) notice$"),
    (403, said("Blocked", block={"reason": "tos"}), "tos", "terms of service$"),
    (403, said("Blocked", block={"reason": "dmca"}), "dmca", "copyright"),
    (451, said("Blocked", block={"reason": "se\x00nsitive\n"}), "blocked", r"\(sensitive\)$"),
    (403, said("Blocked", block=None), "blocked", "was blocked by GitHub$"),
    (403, said("Blocked", block={"reason": ["tos"]}), "blocked", "was blocked by GitHub$"),
    (451, b"<html>", "blocked", "was blocked by GitHub$"),
]


@pytest.mark.parametrize(("status", "body", "why", "words"), CLOSED)
def test_a_repo_that_github_closed_is_gone_for_githubs_reason(
    status: int, body: bytes, why: str, words: str
) -> None:
    # Nothing left of the budget: that the repo is closed comes first.
    with pytest.raises(SourceGone, match=words) as gone:
        decipher(status, {"x-ratelimit-remaining": "0"}, body, now=NOW)
    assert gone.value.why == why


def test_only_a_server_without_limits_says_that_it_has_none() -> None:
    assert limits_nobody(404, said("Rate limiting is not enabled."))
    assert not limits_nobody(404, said("Not Found"))
    assert not limits_nobody(404, b"<html>")
    assert not limits_nobody(200, said("Rate limiting is not enabled."))


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


@pytest.mark.parametrize("told", [DATE, "Sun, 22 Nov 2026 00:00:00 -0000", DATE[:-3] + "+0000"])
def test_the_date_of_an_answer_is_utc_however_it_is_written(told: str) -> None:
    at = date({"date": told})
    assert at is not None
    assert (at.timestamp(), at.utcoffset()) == (NOW, timedelta())


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
