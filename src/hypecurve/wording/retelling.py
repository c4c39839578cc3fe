"""English texts that were kept as they were said: which of the catalogue's texts they were.

Why a channel is paused, or where a repo belongs, is stored in English with its placeholders filled
in. To say it in another language the text it was made from is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from string import Formatter

_LEAST = 9
"""Letters of a sentence beside its placeholders; a shorter one would be found where it is not."""
_ENDS = (".", "!", "?")


def sentences(texts: Iterable[str]) -> tuple[str, ...]:
    """Return those that can be found again when filled in: whole sentences with placeholders."""
    return tuple(
        text for text in texts if "{" in text and text.endswith(_ENDS) and _weight(text) >= _LEAST
    )


def made_from(text: str, forms: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the forms that a text was made from, and what filled them, the likeliest first."""
    for form, pattern in _patterns(forms):
        if found := pattern.fullmatch(text):
            yield form, found.groupdict()


@lru_cache(maxsize=32)
def _patterns(forms: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    # The more of a text is not a placeholder, the surer it is.
    return tuple((form, _pattern(form)) for form in sorted(forms, key=_weight, reverse=True))


def _pattern(form: str) -> re.Pattern[str]:
    pattern, named = "", set[str]()
    for literal, name, _, _ in Formatter().parse(form):
        pattern += re.escape(literal)
        if name is not None:
            pattern += f"(?P={name})" if name in named else f"(?P<{name}>.*?)"
            named.add(name)
    return re.compile(pattern, re.DOTALL)


def _weight(form: str) -> int:
    return sum(len(literal) for literal, _, _, _ in Formatter().parse(form))
