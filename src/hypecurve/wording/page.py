"""A page in a browser: a heading, paragraphs, one thing to do. No script, nothing from elsewhere.

Everything in it is escaped; it is as good to read on a phone and in the dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape

from hypecurve.wording.texts import SOURCE_LOCALE, texts

_STYLE = """
:root{color-scheme:light dark;--ink:#1d1c1d;--soft:#5c5a5e;--ground:#f6f5f3;--card:#fff;
--line:#e3e1dd;--act:#0b5cad;--code:#f1efec}
@media(prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#a9a7ad;--ground:#17171a;
--card:#212126;--line:#36363d;--act:#2470c0;--code:#2b2b31}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;color:var(--ink);
background:var(--ground);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans","Noto Sans CJK SC","PingFang SC",sans-serif}
main{width:100%;max-width:34rem;background:var(--card);border:1px solid var(--line);
border-radius:1rem;padding:2rem 1.75rem;overflow-wrap:anywhere}
svg{display:block;margin-bottom:1.25rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem;font-weight:650}
p{margin:0 0 1rem}
ul{margin:0 0 1rem;padding-left:1.2rem}
li{margin:.3rem 0}
.soft{color:var(--soft);font-size:.9375rem}
code{background:var(--code);border-radius:.35rem;padding:.1rem .35rem;font-size:.9em;
-webkit-box-decoration-break:clone;box-decoration-break:clone;
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
a.act{display:inline-block;margin:.5rem 0 1.25rem;padding:.75rem 1.4rem;border-radius:.6rem;
background:var(--act);color:#fff;font-weight:600;text-decoration:none}
a.act:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
p:last-child{margin-bottom:0}
a.act:last-child{margin-bottom:.25rem}
"""
_CURVE = (
    '<svg width="72" height="32" viewBox="0 0 72 32" fill="none" aria-hidden="true">'
    '<path d="M2 29C16 28 22 27 28 16S38 3 43 8s8 16 27 19" stroke="var(--act)" stroke-width="3.5" '
    'stroke-linecap="round"/></svg>'
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""What goes with it: it loads nothing, and stands in no other page's frame."""


@dataclass(frozen=True, slots=True)
class Act:
    """A link that is the thing to do."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; in texts, what stands between backticks is typed as it is."""

    title: str
    texts: Sequence[str] = ()
    points: Sequence[str] = ()
    act: Act | None = None
    small: Sequence[str] = ()


def html(page: Page, locale: str) -> str:
    """Return a whole page."""
    title = escape(page.title)
    parts = [f"<h1>{title}</h1>", *(f"<p>{_typed(text)}</p>" for text in page.texts)]
    if page.points:
        parts += ["<ul>", *(f"<li>{_typed(point)}</li>" for point in page.points), "</ul>"]
    if page.act is not None:
        url = escape(page.act.url, quote=True)
        parts.append(f'<a class="act" href="{url}">{escape(page.act.label)}</a>')
    parts += [f'<p class="soft">{_typed(text)}</p>' for text in page.small]
    body = "\n".join(parts)
    language = escape(locale.replace("_", "-"), quote=True)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{title} · Hypecurve</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{_CURVE}\n{body}\n</main>\n</body>\n</html>\n"
    )


def _typed(text: str) -> str:
    """Escape a text; every second piece between backticks is what somebody types."""
    pieces = escape(text).split("`")
    return "".join(
        f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces)
    )


def wanted_locale(accepted: str) -> str:
    """Return the language of ours that a browser's Accept-Language asks for most."""
    weighed = []
    for place, part in enumerate(accepted[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        with suppress(ValueError):
            weighed.append((-float(weight or 1), place, tag.strip()))
    for _, _, tag in sorted(weighed):
        found = texts("zh-CN" if tag in {"zh", "zh-Hans", "zh-SG"} else tag).name if tag else ""
        if found and (found != SOURCE_LOCALE or tag.startswith(SOURCE_LOCALE)):
            return found
    return SOURCE_LOCALE
