from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import founding
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.asking import coming_from
from suppliers.tenants.refusals import Refusal

SAID_BY = "command add_tenant"
# These keep a mail to themselves or print it; whoever reads the link here needs no second copy.
_NO_MAIL_SERVER = ("console", "dummy")


class Command(BaseCommand):
    help = "Enter a program (buyer) or a verification body (body), and print the link for its first person."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="buyer|body")
        buyer = kinds.add_parser("buyer", help="a manufacturer that runs a program")
        buyer.add_argument("code")
        buyer.add_argument("name")
        buyer.add_argument(
            "--admin", required=True, metavar="EMAIL", dest="email", help="first program admin"
        )
        buyer.add_argument(
            "--fiscal-start", type=int, default=4, metavar="MONTH", help="1 to 12; default 4, April"
        )
        body = kinds.add_parser("body", help="a verification body")
        body.add_argument("code")
        body.add_argument("name", nargs="?", default="", help="not needed with --renew")
        body.add_argument("--uscc", default="", metavar="CODE", help="unified social credit code")
        body.add_argument("--accreditation", default="", metavar="NUMBER")
        body.add_argument("--accredited-until", required=True, metavar="YYYY-MM-DD", dest="until")
        body.add_argument("--manager", default="", metavar="EMAIL", dest="email")
        body.add_argument(
            "--renew", action="store_true", help="set the accreditation of a body that is entered"
        )
        for one in (buyer, body):
            one.add_argument("--name-en", default="", metavar="NAME")
            one.add_argument(
                "--invite-again", action="store_true", help="a new link; the earlier one is dead"
            )
            one.add_argument(
                "--site", default="", help="address that the link begins with; default PUBLIC_URL"
            )
            one.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        do: Callable[[Actor, dict[str, Any]], dict[str, Any]] = _renew if options.get("renew") else _found
        try:
            with coming_from(SAID_BY), all_tenants(SAID_BY):
                done = do(Actor.system(SAID_BY), options)
        except Refusal as refusal:
            if options["json"]:
                said = {"code": refusal.code, "message": str(refusal.message), **refusal.data}
                self.stdout.write(json.dumps(said, ensure_ascii=False))
            raise CommandError(_in_both_languages(refusal), returncode=1) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(done, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(done)))


def _found(by: Actor, options: dict[str, Any]) -> dict[str, Any]:
    site = (options["site"] or settings.PUBLIC_URL).rstrip("/")
    has_mail_server = not any(f".{name}." in settings.EMAIL_BACKEND for name in _NO_MAIL_SERVER)
    shared = {
        "by": by,
        "code": options["code"],
        "name": options["name"],
        "name_en": options["name_en"],
        "email": options["email"],
        "again": options["invite_again"],
        "site": site if has_mail_server else "",
    }
    if options["kind"] == "buyer":
        founded = founding.found_buyer(**shared, fiscal_start_month=options["fiscal_start"])
    else:
        founded = founding.found_body(
            **shared,
            uscc=options["uscc"],
            accreditation_number=options["accreditation"],
            accreditation_expires_on=_day(options["until"]),
        )
    done: dict[str, Any] = {
        "kind": options["kind"],
        "code": founded.tenant.code,
        "name": founded.tenant.name,
        "is_new": founded.is_new,
    }
    if founded.issued is None:
        return done
    invitation = founded.issued.invitation
    return done | {
        "email": invitation.email,
        "role": invitation.role,
        "link": site + founded.issued.path,
        "expires_at": timezone.localtime(invitation.expires_at).isoformat(timespec="minutes"),
        "is_mailed": bool(site and has_mail_server),
    }


def _renew(by: Actor, options: dict[str, Any]) -> dict[str, Any]:
    until = _day(options["until"])
    changed = founding.renew(
        by=by,
        code=options["code"],
        until=until,
        number=options["accreditation"],
        uscc=options["uscc"],
    )
    return {"kind": "body", "code": options["code"], "is_renewed": changed, "until": until.isoformat()}


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refusal("tenant.date", _("Write the day as YYYY-MM-DD."), status=422) from None


def _in_both_languages(refusal: Refusal) -> str:
    """Who runs a site reads one of the two; nothing says which."""
    sentences = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            sentences.append(str(refusal.message))
    return f"{refusal.code}: {' / '.join(sentences)}"


def _lines(done: dict[str, Any]) -> list[str]:
    if "is_renewed" in done:
        state = "accredited until" if done["is_renewed"] else "nothing changed: accredited until"
        return [f"{done['code']}: {state} {done['until']}"]
    lines = [f"{done['code']} ({done['name']}): {'entered' if done['is_new'] else 'stands already'}"]
    if "link" not in done:
        return [*lines, "Nothing changed and nobody was invited; --invite-again makes a new link."]
    lines += [
        f"Invitation of {done['email']} ({done['role']}), once, until {done['expires_at']}. Shown this once:",
        done["link"],
    ]
    if not done["link"].startswith("http"):
        lines.append("Put the address of the site in front, or set PUBLIC_URL.")
    lines.append("It goes out by mail too." if done["is_mailed"] else "No mail is sent: pass it on yourself.")
    return lines
