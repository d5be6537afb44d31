"""The frame, the gallery and the pages of trouble: they render for everyone, with nothing inline."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string

# what a strict content security policy would refuse
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.I
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_shows_every_piece_and_nothing_inline(world, language, settings):
    settings.LANGUAGE_CODE = language
    answer = world.client(world.alice).get("/components/")
    assert answer.status_code == 200
    assert not INLINE.search(answer.content.decode())


@pytest.mark.parametrize("name", ["403.html", "404.html", "500.html"])
def test_pages_of_trouble_need_no_context(name):
    page = render_to_string(name)
    assert "<h1>" in page
    assert not INLINE.search(page)


def test_the_login_page_is_open_and_chinese_first(client, db):
    page = client.get("/accounts/login/").content.decode()
    assert '<html lang="zh-hans">' in page
    assert not INLINE.search(page)


def test_the_language_switch(client, db):
    client.post("/accounts/language/", {"language": "en", "next": "/accounts/login/"})
    assert '<html lang="en">' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("url", ["/", "/data/", "/records/", "/carbon/", "/sites/", "/sites/new/", "/team/"])
def test_a_suppliers_pages_carry_nothing_inline(world, url):
    assert not INLINE.search(world.client(world.alice).get(url).content.decode())


def in_the_navigation(page):
    return re.findall(r'navigation__link" href="([^"]+)"( aria-current="[a-z]+")?', page)


@pytest.mark.parametrize("url", ["/inventory/", "/inventory/entries/", "/findings/", "/statements/"])
def test_pages_of_the_yearly_inventory_are_one_place_with_tabs(world, url):
    page = world.client(world.alice).get(url).content.decode()
    assert len(in_the_navigation(page)) <= 14
    assert [link for link, mark in in_the_navigation(page) if mark] == ["/inventory/"]
    tabs = re.findall(r'tabs__tab" href="([^"]+)"( aria-current="page")?', page)
    assert [link for link, _mark in tabs] == [
        "/inventory/",
        "/inventory/entries/",
        "/findings/",
        "/statements/",
    ]
    assert [link for link, mark in tabs if mark] == [url]


def test_a_place_of_one_page_has_no_tabs(world):
    page = world.client(world.vera).get("/statements/").content.decode()
    assert [link for link, mark in in_the_navigation(page) if mark] == ["/statements/"]
    assert "tabs__tab" not in page


def test_the_navigation_goes_by_role(world):
    supplier = world.client(world.alice).get("/").content.decode()
    assert 'href="/data/"' in supplier
    assert 'href="/editions/"' not in supplier
    buyer = world.client(world.paula).get("/").content.decode()
    assert 'href="/ranking/"' in buyer
    assert 'href="/data/"' not in buyer
