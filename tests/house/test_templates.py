"""Templates: all are used, none holds what the content security policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from django.template import Template
from django.template.engine import Engine

from tests.house import words

# A page of Django's or a handler finds these by name, not by a string of ours.
FOUND_BY_NAME = {"400.html", "403.html", "404.html", "429.html", "500.html"}
# Ours in the place of allauth's, which finds them by name.
ALLAUTH = Path(allauth.__file__).parent / "templates"
FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "inline style sheet": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"[\s\"']style\s*=", re.I),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\shx-on[:-]", re.I),
    "script address": re.compile(r"(href|src|action)\s*=\s*[\"']?\s*javascript:", re.I),
    "address of another host": re.compile(
        r"<(script|link|img|iframe)[^>]*(src|href)\s*=\s*[\"'](https?:)?//", re.I
    ),
}
_TAGS = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.S)
_NAMED = re.compile(r"""["']([\w./-]+\.(?:html|txt))["']""")


def _names() -> list[str]:
    folder = words.root() / "templates"
    return [str(path.relative_to(folder)) for path in words.templates()]


@pytest.mark.parametrize("name", _names())
def test_a_template_compiles_and_obeys_the_policy(name):
    text = (words.root() / "templates" / name).read_text("utf-8")
    Template(text, engine=Engine.get_default())
    html = _TAGS.sub("", text)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(html)] == []


def _used(name: str, said: dict[Path, tuple[str, set[str]]]) -> bool:
    """Named in full, or as page or fragment beside its folder: f"suppliers/records/{template}"."""
    folder, _slash, last = name.rpartition("/")
    return any(name in named or (last in named and f"{folder}/{{" in text) for text, named in said.values())


def test_every_template_is_used_somewhere():
    texts = {path: path.read_text("utf-8") for path in [*words.templates(), *words.modules()]}
    said = {path: (text, set(_NAMED.findall(text))) for path, text in texts.items()}
    found = {name for name in _names() if name in FOUND_BY_NAME or (ALLAUTH / name).is_file()}
    assert [name for name in _names() if name not in found and not _used(name, said)] == []


def test_every_named_template_exists():
    named = {
        (name, str(path.relative_to(words.root())))
        for path in words.templates()
        for name in re.findall(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""", path.read_text("utf-8"))
    }
    assert sorted((name, where) for name, where in named if name not in _names()) == []
