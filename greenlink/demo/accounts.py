"""Who can log in: seven people with one password, their API tokens, and the key of the big screen.

Secrets are made once and kept in VAR_DIR/demo-accounts.json, readable by its owner only, so that a second run
prints the same ones.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from suppliers.models import Buyer, Membership, Supplier, User, VerificationBody
from suppliers.tenants import tokens
from suppliers.tenants.accounts import emails

from . import BUYER_CODE, companies

DOMAIN = "greenlink.example"


@dataclass(frozen=True)
class Account:
    name: str
    person: str
    role: str
    tenant: str

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"


ACCOUNTS = (
    Account("supplier", "盛莉 (胜利结构件)", "supplier_manager", "SHENGLI"),
    Account("clerk", "柯文 (胜利结构件)", "supplier_contributor", "SHENGLI"),
    Account("other", "南珂 (南柯电路)", "supplier_manager", "NANKE"),
    Account("procurement", "蔡沟 (采购)", "procurement_reviewer", BUYER_CODE),
    Account("admin", "关立 (项目管理)", "program_admin", BUYER_CODE),
    Account("admin2", "傅核 (项目管理)", "program_admin", BUYER_CODE),
    Account("verifier", "何查 (核查机构)", "verifier", companies.BODY[0]),
)

SUPPLIER, CLERK, OTHER, PROCUREMENT, ADMIN, ADMIN2, VERIFIER = (account.email for account in ACCOUNTS)


@dataclass(frozen=True)
class Keys:
    password: str
    tokens: dict[str, str]
    screen_key: str


def keys_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-accounts.json"


def keys() -> Keys:
    """The secrets of this demo: those of the last run, or new ones."""
    path = keys_file()
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Keys(kept["password"], kept["tokens"], kept["screen_key"])
    made = Keys(
        password=f"green-{secrets.token_urlsafe(9)}",
        tokens={account.email: f"glk_{secrets.token_urlsafe(32)}" for account in ACCOUNTS},
        screen_key=f"gls_{secrets.token_urlsafe(24)}",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Created closed: there is no moment at which somebody else could read it.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(vars(made), file, indent=1)
    return made


def make_accounts(keys: Keys) -> None:
    """People, memberships, password, tokens and screen key as `keys` says; what holds already is left alone."""
    people = {user.email: user for user in User.objects.filter(email__in=[a.email for a in ACCOUNTS])}
    first = people.get(ACCOUNTS[0].email)
    encoded = first.password if first and check_password(keys.password, first.password) else ""
    # One hash for all: hashing is slow on purpose, and they share the password anyway.
    encoded = encoded or make_password(keys.password)
    for account in ACCOUNTS:
        user = people.get(account.email) or User(email=account.email, name=account.person)
        if user.pk is None or user.password != encoded:
            user.password = encoded
            user.save()
        emails.keep_in_step(user)
        _make_member(user, account)
        if tokens.find(keys.tokens[account.email]) is None:
            tokens.issue(user=user, name="demo", secret=keys.tokens[account.email])
    buyer = Buyer.objects.get(code=BUYER_CODE)
    if tokens.buyer_of_screen(keys.screen_key) is None:
        tokens.issue_screen_key(buyer=buyer, secret=keys.screen_key)


def _make_member(user: User, account: Account) -> None:
    if account.role.startswith("supplier"):
        tenant = {"supplier_id": Supplier.objects.get(code=account.tenant).pk}
    elif account.role == "verifier":
        tenant = {"body_id": VerificationBody.objects.get(code=account.tenant).pk}
    else:
        tenant = {"buyer_id": Buyer.objects.get(code=account.tenant).pk}
    if not Membership.objects.live().filter(user=user, **tenant).exists():
        Membership.objects.create(user=user, role=account.role, **tenant)
