"""The languages that people can be spoken to in, and what they call them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from hypecurve.wording.cut import cut

TONGUES: Mapping[str, tuple[str, ...]] = {
    "en": ("English", "en-US", "en-GB", "eng"),
    "zh_CN": ("简体中文", "Chinese", "zh", "zh-Hans", "simplified Chinese", "中文", "汉语"),
    "ru": ("русский", "Russian", "ru-RU", "rus", "по-русски"),
}
"""By Babel's name: what each calls itself, and what else people write."""
_SHOWN = 40


def tongue(text: str) -> str | None:
    """Return the language that somebody names, as Babel does; None for one we do not speak."""
    return _names().get(_key(text))


def own_name(locale: str) -> str:
    """Return what a language calls itself; one we do not know stands as it is."""
    return TONGUES[locale][0] if locale in TONGUES else cut(locale, _SHOWN)


def likely(text: str) -> str | None:
    """Return what the language is called that somebody may have meant."""
    names = _names()
    near = difflib.get_close_matches(_key(text)[:_SHOWN], names, n=1, cutoff=0.7)
    return own_name(names[near[0]]) if near else None


def _names() -> dict[str, str]:
    return {_key(name): locale for locale, names in TONGUES.items() for name in (locale, *names)}


def _key(text: str) -> str:
    return " ".join(text.casefold().replace("_", "-").split())
