"""Chinese first: whatever is marked for translation has its Chinese words."""

from __future__ import annotations

import polib
import pytest

from tests.house import words


@pytest.fixture(scope="module")
def marked() -> dict[tuple[str, str], str]:
    return words.marked()


@pytest.fixture(scope="module")
def translated() -> dict[tuple[str, str], str]:
    return words.translated()


def test_the_scan_finds_words_in_templates_and_in_python(marked):
    assert ("", "Skip to content") in marked
    assert ("", "Supplier, manager") in marked
    assert ("", "Demo: today is %(day)s. Companies are fictitious.") in marked
    assert len(marked) > 300


def test_every_marked_text_has_chinese_words(marked, translated):
    missing = sorted(f"{place}: {key[1]!r}" for key, place in marked.items() if not translated.get(key))
    assert not missing, f"{len(missing)} without Chinese:\n" + "\n".join(missing)


def test_placeholders_agree(marked, translated):
    wrong = [
        f"{key[1]!r} -> {chinese!r}"
        for key, chinese in translated.items()
        if chinese and words.placeholders(key[1]) != words.placeholders(chinese)
    ]
    assert not wrong, "\n".join(wrong)


def test_catalogues_of_rooms_do_not_contradict_each_other():
    """The first catalogue wins silently, so two translations of one text mean that one is never seen."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for path in words.catalogues():
        for entry in polib.pofile(str(path)):
            if entry.msgstr and not entry.obsolete:
                said = found.setdefault((entry.msgctxt or "", entry.msgid), {})
                said.setdefault(entry.msgstr, str(path.relative_to(words.root())))
    wrong = {key[1]: said for key, said in found.items() if len(said) > 1}
    assert not wrong, "\n".join(f"{msgid!r}: {said}" for msgid, said in wrong.items())
