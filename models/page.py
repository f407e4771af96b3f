"""One HTML file that holds everything: tables, figures, what was left out. It loads nothing from anywhere."""

import html
from collections.abc import Mapping, Sequence
from typing import Final

from models.listing import Trouble, counts

_LISTED: Final = 200
"Files of one kind of trouble that the page names; the table of troubles beside it names all."

_STYLE: Final = """
:root { color-scheme: light dark; --back: #fdfdfb; --text: #1c1f23; --soft: #5d646c; --line: #d9dcd6; --card: #f3f4ef;
  --accent: #0b6a8f; --warm: #9a4b00; }
@media (prefers-color-scheme: dark) { :root { --back: #15181b; --text: #e7e9e6; --soft: #9aa3aa; --line: #33393d;
  --card: #1d2225; --accent: #6cc3e6; --warm: #f0a860; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.5rem 1.25rem 5rem; max-width: 58rem; background: var(--back); color: var(--text);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem } h2 { font-size: 1.25rem; margin: 2.6rem 0 .6rem }
p, li { max-width: 44rem } .soft { color: var(--soft) }
.lead { font-size: 1.1rem }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .7rem; margin: 1.4rem 0 }
.cards div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem }
.cards b { display: block; font-size: 1.5rem; font-variant-numeric: tabular-nums; line-height: 1.2 }
.cards span { color: var(--soft); font-size: .85rem }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; padding: .42rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--soft); font-weight: 600 } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap } tr.group th { color: var(--accent); padding-top: 1.1rem } td.paper { color: var(--soft) }
figure { margin: 1.2rem 0; } figure svg { width: 100%; height: auto; max-width: 46rem; color: var(--text) }
figcaption { color: var(--soft); font-size: .9rem; max-width: 44rem }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem }
details { border-bottom: 1px solid var(--line); padding: .45rem 0 } summary { cursor: pointer }
details ul { columns: 18rem; font: .82rem/1.5 ui-monospace, Consolas, monospace; padding-left: 1.1rem;
  overflow-wrap: anywhere } details li { max-width: none }
.note { border-left: 3px solid var(--warm); padding: .2rem 0 .2rem .9rem }
code { font: .88em ui-monospace, Consolas, monospace; overflow-wrap: anywhere }
"""


def page(title: str, parts: Sequence[str]) -> str:
    """The file, of parts that are HTML already."""
    head = (
        "<!doctype html><html lang=en><head><meta charset=utf-8>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">',
        f"<meta name=viewport content='width=device-width, initial-scale=1'><title>{html.escape(title)}</title>",
        f"<style>{_STYLE}</style></head><body>",
    )
    return "\n".join((*head, *parts, "</body></html>"))


def cards(values: Sequence[tuple[object, str]]) -> str:
    """Numbers that a glance takes in, each with what it is of."""
    return (
        f"<div class=cards>{''.join(f'<div><b>{value}</b><span>{words}</span></div>' for value, words in values)}</div>"
    )


def figure(svg: str, words: str) -> str:
    """A figure with what it shows."""
    return f"<figure>{svg}<figcaption>{words}</figcaption></figure>"


def left_out(troubles: Sequence[Trouble], kinds: Mapping[str, str], noted: Mapping[str, str]) -> str:
    """All that is wrong with a set, counted and, up to a limit, named. `kinds`: why things were left out."""
    if not troubles:
        return "<h2>Left out</h2><p>Nothing: every file was a picture with one label that could be read.</p>"
    parts = []
    for title, table in (("Left out", kinds), ("Noted", noted)):
        found = counts(troubles, table)
        if found:
            parts.append(f"<h2>{title}</h2>")
        for kind, listed in found.items():
            names = "".join(
                f"<li>{html.escape(trouble.name)}{html.escape(f' ({trouble.detail})' if trouble.detail else '')}"
                for trouble in listed[:_LISTED]
            )
            more = f"<p class=soft>and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
            words = f"<b>{len(listed)}</b> {html.escape(table[kind])}"
            parts.append(f"<details><summary>{words}</summary><ul>{names}</ul>{more}</details>")
    return "\n".join(parts)


def made_of(made: Mapping[str, str]) -> str:
    """How the numbers were made, for the end of the page."""
    rows = "".join(f"<tr><th>{html.escape(name)}<td><code>{html.escape(value)}</code>" for name, value in made.items())
    return f"<h2>How this was made</h2><div class=wide><table>{rows}</table></div>"
