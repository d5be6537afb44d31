"""The table of rights: every right has words in both languages, is held by a role and asked for somewhere."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from suppliers.tenants.roles import (
    FOR_PEOPLE_ONLY,
    RIGHT_LABELS,
    ROLES,
    Right,
    TenantKind,
    rights_of,
    roles_of,
)
from tests.house import words

# Where a right is asked for: a view's `needs`, the `rights` of an API view, an actor's `require` or `may`.
_ASKED = re.compile(r"(?:needs|require|may)\([^)]*\)|rights\s*=.*|\"(?:GET|POST|PATCH|DELETE)\": \[[^\]]*\]")
_NAMED = re.compile(r"Right\.([A-Z_]{2,})")


def asked_for() -> set[Right]:
    texts = (path.read_text("utf-8") for path in words.modules() if not path.match("tenants/roles.py"))
    places = (match.group(0) for text in texts for match in _ASKED.finditer(text))
    return {Right[name] for place in places for name in _NAMED.findall(place)}


@pytest.mark.parametrize("right", list(Right))
def test_a_right_has_words_in_both_languages(right):
    with translation.override("en"):
        english = str(RIGHT_LABELS[right])
    with translation.override("zh-hans"):
        chinese = str(RIGHT_LABELS[right])
    assert english and chinese and english != chinese
    assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_no_two_rights_have_the_same_words():
    assert len({str(label) for label in RIGHT_LABELS.values()}) == len(Right)


def test_every_right_is_held_by_a_role():
    assert {right for kind in TenantKind for right in rights_of(kind)} == set(Right)


def test_every_right_is_asked_for_somewhere():
    """A right that nothing asks for promises something: whoever adds one also says where it is needed."""
    assert asked_for() == set(Right)


def test_roles_have_words_in_both_languages():
    for role in ROLES.values():
        for text in (role.label, role.description):
            with translation.override("en"):
                english = str(text)
            with translation.override("zh-hans"):
                assert str(text) != english


@pytest.mark.parametrize("kind", list(TenantKind))
def test_a_key_can_hold_no_right_that_is_for_people(kind):
    """And each of these is held by somebody, so that the exclusion means something."""
    assert {Right.MEMBER_WRITE, Right.KEY_WRITE} <= set(rights_of(kind)) & FOR_PEOPLE_ONLY
    assert roles_of(kind)
