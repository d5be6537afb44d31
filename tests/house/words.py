"""Every text of the product that is marked for translation, and what the catalogues make of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.template import Template
from django.template.base import Node
from django.template.engine import Engine
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

APPS = ("greenlink", "scorecards", "sparkplan", "suppliers")
# name of the call -> how many words it takes, and whether the first is a context
_CALLS = {
    name + lazy: shape
    for name, shape in {"gettext": (1, False), "pgettext": (2, True), "ngettext": (2, False)}.items()
    for lazy in ("", "_lazy")
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<!%)%[sd]|\{(\w*)\}")


def root() -> Path:
    return Path(settings.BASE_DIR)


def templates() -> list[Path]:
    return sorted((root() / "templates").rglob("*.html"))


def messages() -> list[Path]:
    """What is said after an act; mails are in both languages at once and mark nothing."""
    return sorted((root() / "templates").rglob("messages/*.txt"))


def modules() -> list[Path]:
    found = (path for app in APPS for path in (root() / app).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def marked() -> dict[tuple[str, str], str]:
    """(context, msgid) -> where it stands first."""
    found: dict[tuple[str, str], str] = {}
    for path in [*templates(), *messages()]:
        for key in _of_template(path):
            found.setdefault(key, str(path.relative_to(root())))
    for path in modules():
        for key in _of_module(path):
            found.setdefault(key, str(path.relative_to(root())))
    return found


def translated() -> dict[tuple[str, str], str]:
    """(context, msgid) -> Chinese, over all catalogues."""
    found: dict[tuple[str, str], str] = {}
    for entry in (entry for path in catalogues() for entry in polib.pofile(str(path))):
        words = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
        key = (entry.msgctxt or "", entry.msgid)
        if not entry.obsolete:
            found[key] = words or found.get(key, "")
    return found


def catalogues() -> list[Path]:
    return [path for locale in settings.LOCALE_PATHS for path in sorted(Path(locale).glob("zh_Hans/*/*.po"))]


def placeholders(text: str) -> set[str]:
    return {match.group(0) for match in PLACEHOLDER.finditer(text)}


def _of_template(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text("utf-8")
    template = Template(text, engine=Engine.get_default())
    for node in _all_nodes(template.nodelist):
        if isinstance(node, TranslateNode):
            words = getattr(node.filter_expression.var, "literal", None)  # of a variable: None
            if isinstance(words, str):
                yield "", words.replace("%", "%%")
        elif isinstance(node, BlockTranslateNode):
            yield "", _block_words(node)
    for words in re.findall(r"""_\((["'])(.+?)\1\)""", text):
        yield "", words[1]


def _all_nodes(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in node.child_nodelists:
            yield from _all_nodes(getattr(node, name, None) or [])
        for _condition, below in getattr(node, "conditions_nodelists", []):
            yield from _all_nodes(below)


def _block_words(node: BlockTranslateNode) -> str:
    words, _variables = node.render_token_list(node.singular)
    if node.trimmed:
        words = " ".join(line.strip() for line in words.strip().splitlines() if line.strip())
    return words


def _of_module(path: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    names = _imported_names(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = names.get(_name_of(call.func))
        if name is None or not call.args:
            continue
        _count, has_context = _CALLS[name]
        words = [arg.value for arg in call.args[:2] if isinstance(arg, ast.Constant)]
        if has_context and len(words) == 2:
            yield words[0], words[1]
        elif not has_context and words:
            yield "", words[0]


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """How a module calls gettext: `from django.utils.translation import gettext_lazy as _`, `translation.gettext`."""
    names = {f"translation.{name}": name for name in _CALLS}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in _CALLS:
                    names[alias.asname or alias.name] = alias.name
    return names


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return ""
