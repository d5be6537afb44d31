"""A served demo and a real Chromium, once per run: what a newcomer gets from `./run demo`, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where there is no Chromium these tests are left out, and the summary says so; CI insists on it."""
    mine = [item for item in items if "browser" in item.keywords]
    if not mine or CHROMIUM:
        return
    if os.environ.get("GREENLINK_BROWSER") == "required":
        raise pytest.UsageError("GREENLINK_BROWSER=required, but no Chromium was found")
    items[:] = [item for item in items if item not in mine]
    config.hook.pytest_deselected(items=mine)
    config.stash[_LEFT_OUT] = len(mine)


_LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if count := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(f"{count} browser tests left out: no Chromium on this machine")


@dataclass(frozen=True)
class Site:
    """A served demo: its address, its folder, its accounts (the JSON that the demo command prints)."""

    url: str
    var: Path
    accounts: dict[str, Any]

    def last_link(self) -> str:
        """The path that the newest mail leads to."""
        newest = max((self.var / "mail").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        message = message_from_bytes(newest.read_bytes().split(b"\n" + b"-" * 79)[-2].lstrip(b"\n"))
        words = message.get_payload(decode=True).decode()  # type: ignore[union-attr]
        return urlsplit(re.search(r"https?://\S+", words)[0]).path  # type: ignore[index]

    @property
    def password(self) -> str:
        return str(self.accounts["password"])


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    var = tmp_path_factory.mktemp("demo")
    environment = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}
    environment |= {"GREENLINK_VAR": str(var), "DJANGO_SETTINGS_MODULE": "greenlink.settings"}
    environment["EMAIL_URL"] = f"filemail:///{var}/mail"
    own_database = _own_database(environment)
    if not own_database and (built := os.environ.get("GREENLINK_BUILT_DEMO")):
        # Built just now by the same command: it is not built twice. Building again changes nothing but prints.
        shutil.copytree(built, var, dirs_exist_ok=True)
    try:
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
        printed = subprocess.run(
            [*manage, "demo", "--json"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        port = _free_port()
        server = subprocess.Popen([*manage, "serve", "--port", str(port)], cwd=ROOT, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/healthz", server)
            yield Site(url=url, var=var, accounts=json.loads(printed))
        finally:
            server.terminate()
            server.wait(timeout=20)
    finally:
        if own_database:
            _postgres(f'DROP DATABASE IF EXISTS "{own_database}" WITH (FORCE)')


def _own_database(environment: dict[str, str]) -> str:
    """On PostgreSQL the demo gets a database beside the tests' own."""
    address = urlsplit(environment.get("DATABASE_URL", ""))
    if not address.scheme.startswith("postgres"):
        return ""
    name = f"{address.path.lstrip('/')}_browser_{os.getpid()}"
    _postgres(f'CREATE DATABASE "{name}"')
    environment["DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))
    return name


def _postgres(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(150):
        if server.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"{url} did not answer within 30 s")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Ends with its package: while it lives, Django takes the thread for an asynchronous one and keeps off the database.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A person at a browser. Any console error or failed script fails the test: that is our CSP regression test."""

    site: Site
    context: BrowserContext
    page: Page
    troubles: list[str]

    def log_in(self, account: str) -> Page:
        self.page.goto(f"{self.site.url}/accounts/login/")
        self.page.fill("input[name=login]", f"{account}@greenlink.example")
        self.page.fill("input[name=password]", self.site.password)
        self.page.click("main button[type=submit], form button[type=submit]")
        self.page.wait_for_url(f"{self.site.url}/")
        return self.page

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.site.url}{path}")
        return self.page


class Visitors:
    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self.browser = browser
        self.made: list[Visitor] = []

    def __call__(self, *, language: str = "zh-CN", width: int = 1440, height: int = 900) -> Visitor:
        context = self.browser.new_context(
            locale=language, viewport={"width": width, "height": height}, accept_downloads=True
        )
        page = context.new_page()
        visitor = Visitor(self.site, context, page, [])
        page.on("console", lambda message: _note(visitor, message))
        page.on("pageerror", lambda error: visitor.troubles.append(str(error)))
        self.made.append(visitor)
        return visitor


def _note(visitor: Visitor, message: ConsoleMessage) -> None:
    if message.type == "error":
        visitor.troubles.append(f"{visitor.page.url}: {message.text}")


@pytest.fixture
def visitors(site: Site, chromium: Browser) -> Iterator[Visitors]:
    found = Visitors(site, chromium)
    yield found
    troubles = [trouble for visitor in found.made for trouble in visitor.troubles]
    for visitor in found.made:
        visitor.context.close()
    assert troubles == []
