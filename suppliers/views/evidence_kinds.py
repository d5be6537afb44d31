"""The five kinds of evidence as pages show them: form, words, and how a row reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from suppliers.activity.models import Output
from suppliers.activity.outputs import OutputForm
from suppliers.disclosure.forms import (
    COVERS,
    CredentialForm,
    InstrumentForm,
    ItemForm,
    TargetForm,
    TrainingForm,
)
from suppliers.disclosure.models import Credential, Instrument, Submitted, Target, Training
from suppliers.disclosure.queries import Standing
from suppliers.templatetags.greenlink import date_iso, exact_text, named

Words = str | Promise


@dataclass(frozen=True)
class Kind:
    slug: str
    model: type[Submitted]
    form: type[ItemForm]
    title: Words
    one: Words
    purpose: Words
    add: Words
    figures: Callable[[Any], list[str]]
    dates: Callable[[Any], list[str]]

    def url(self, act: str, *args: Any) -> str:
        return reverse(f"{self.slug}_{act}", args=args)


@dataclass(frozen=True)
class Row:
    """One item as a row: what it is, its figures, its dates, where it stands."""

    standing: Standing
    kind: Kind

    @property
    def item(self) -> Any:
        return self.standing.item

    @property
    def url(self) -> str:
        return self.kind.url("detail", self.item.pk)

    @property
    def title(self) -> str:
        item = self.item
        if isinstance(item, Output):
            return str(named(item.site))
        if isinstance(item, Target):
            years = f"{item.base_year or '–'}–{item.target_year or '–'}"
            return f"{COVERS.get(item.covers, item.covers)} {years}"
        return (
            f"{capfirst(item.get_kind_display())} {item.year}" if isinstance(item, Instrument) else str(item)
        )

    @property
    def figures(self) -> str:
        return " · ".join(self.kind.figures(self.item)) or "–"

    @property
    def dates(self) -> list[str]:
        return self.kind.dates(self.item) or ["–"]

    @property
    def badge(self) -> dict[str, Any]:
        return STANDING_BADGES[self.standing.word]

    @property
    def expiry_badge(self) -> dict[str, Any] | None:
        expiry = self.standing.expiry
        if expiry.step is None or expiry.days is None:
            return None
        words = _("expired") if expiry.step == 0 else _("%(days)s days left") % {"days": expiry.days}
        return {"word": words, "tone": expiry.tone, "icon": "clock"}


STANDING_BADGES: dict[str, dict[str, Any]] = {
    "draft": {"word": gettext_lazy("draft"), "tone": "", "icon": "edit"},
    "waiting": {"word": gettext_lazy("waits for review"), "tone": "info", "icon": "clock"},
    "accepted": {"word": pgettext_lazy("evidence", "accepted"), "tone": "good", "icon": ""},
    "returned": {"word": gettext_lazy("returned"), "tone": "bad", "icon": ""},
}


def _number(value: Decimal | None) -> str:
    return "" if value is None else exact_text(value)


def _credential_figures(item: Credential) -> list[str]:
    level = str(item.get_level_display()) if item.level else ""
    score = _("%(score)s points") % {"score": _number(item.score)} if item.score is not None else ""
    return [part for part in (level, score, item.number, item.issuer) if part]


def _credential_dates(item: Credential) -> list[str]:
    parts = []
    if item.issued_on:
        parts.append(_("issued %(day)s") % {"day": date_iso(item.issued_on)})
    if item.handed_in_on and not item.issued_on:
        parts.append(_("handed in %(day)s") % {"day": date_iso(item.handed_in_on)})
    if item.expires_on:
        parts.append(_("until %(day)s") % {"day": date_iso(item.expires_on)})
    if item.period_end:
        parts.append(_("covers until %(day)s") % {"day": date_iso(item.period_end)})
    return parts


def _target_figures(item: Target) -> list[str]:
    percent = f"−{_number(item.reduction_percent)} %" if item.reduction_percent is not None else ""
    public = _("public") if item.is_public else _("internal")
    sbti = f"SBTi {item.get_sbti_status_display()}" if item.sbti_status else ""
    return [part for part in (percent, public, sbti) if part]


def _target_dates(item: Target) -> list[str]:
    if item.progress_year is None:
        return []
    reached = {"year": item.progress_year, "percent": _number(item.progress_percent) or "–"}
    return [_("reached by %(year)s: %(percent)s %%") % reached]


def _training_figures(item: Training) -> list[str]:
    people = {"completed": item.completed_people, "required": item.required_people}
    parts = [
        _("%(completed)s of %(required)s completed") % people,
        _("%(n)s passed") % {"n": item.passed_people},
    ]
    return [*parts, _("own suppliers too")] if item.reached_tier2 else parts


def _instrument_figures(item: Instrument) -> list[str]:
    serials = f"{item.serial_from} … {item.serial_to}" if item.serial_from else ""
    held = _("held back: a serial number is claimed elsewhere too") if is_held_back(item) else ""
    return [part for part in (f"{_number(item.kwh)} kWh", serials, held) if part]


def is_held_back(item: Submitted) -> bool:
    """A serial number of it is claimed by another supplier too, and no buyer has looked at it yet."""
    return isinstance(item, Instrument) and item.collided_at is not None and item.cleared_at is None


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "credential",
            Credential,
            CredentialForm,
            gettext_lazy("Ratings and certificates"),
            gettext_lazy("Rating or certificate"),
            gettext_lazy("EcoVadis, RBA, ISO 14001, 45001, 50001, ISO 14064-1."),
            gettext_lazy("Add a credential"),
            _credential_figures,
            _credential_dates,
        ),
        Kind(
            "target",
            Target,
            TargetForm,
            gettext_lazy("Carbon targets"),
            gettext_lazy("Carbon target"),
            gettext_lazy("What your company wants to cut until when, and where the public reads it."),
            gettext_lazy("Add a target"),
            _target_figures,
            _target_dates,
        ),
        Kind(
            "training",
            Training,
            TrainingForm,
            gettext_lazy("ESG training"),
            gettext_lazy("ESG training"),
            gettext_lazy("How many had to attend, did, and passed."),
            gettext_lazy("Add a training"),
            _training_figures,
            lambda item: [date_iso(item.held_on)],
        ),
        Kind(
            "output",
            Output,
            OutputForm,
            gettext_lazy("Output"),
            gettext_lazy("Output"),
            gettext_lazy("What each site produced in a month or quarter: the denominator of intensity."),
            gettext_lazy("Add output"),
            lambda item: [f"{_number(item.value)} {item.unit}"],
            lambda item: [f"{date_iso(item.start)} – {date_iso(item.end)}"],
        ),
        Kind(
            "instrument",
            Instrument,
            InstrumentForm,
            gettext_lazy("Renewable power"),
            gettext_lazy("Proof of renewable power"),
            gettext_lazy(
                "Certificates, green power trade, direct agreements: each counts for the year of its generation."
            ),
            gettext_lazy("Add renewable power"),
            _instrument_figures,
            lambda item: [str(item.year)],
        ),
    )
}


def facts(kind: Kind, item: Submitted) -> list[tuple[str, str]]:
    """Every field of the form with its value, in the form's order; what is empty is left out."""
    names = [name for name in kind.form.base_fields if name != "document"]
    pairs = [(item._meta.get_field(name), name) for name in names]
    return [
        (str(capfirst(str(getattr(model_field, "verbose_name", name)))), text)
        for model_field, name in pairs
        if (text := _text(item, model_field, name))  # a box left open says nothing either
    ]


def _text(item: Submitted, model_field: Any, name: str) -> str:
    value = getattr(item, name)
    if isinstance(value, bool):
        return _("yes") if value else ""
    if name == "covers":
        return str(COVERS.get(value, value))
    if value in (None, ""):
        return ""
    if model_field.choices:
        return str(getattr(item, f"get_{name}_display")())
    if isinstance(value, models.Model):
        return str(named(value))
    if isinstance(value, Decimal):
        return _number(value)
    return date_iso(value) if isinstance(value, dt.date) else str(value)
