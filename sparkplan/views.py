"""Pages of Spark Action: the portfolio, a project, and what its manager does to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sparkplan import actions, board, charts, gantt, money, queries, stages
from sparkplan.forms import DayForm, FilterForm, MoveForm, ProjectForm, SavingForm
from sparkplan.measures import MEASURES, Measure
from sparkplan.models import Project, Stage
from suppliers.tenants import audit, clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

ROWS_A_PAGE = 50
ACTS_SHOWN = 10
UNPROCESSABLE = 422


def _whose(actor: Actor) -> dict[str, Any]:
    """Lock one: a supplier sees its own projects, a buyer those of its enrolled suppliers."""
    if actor.supplier is not None:
        return {"supplier": actor.supplier}
    if actor.buyer is not None:
        return {"buyer": actor.buyer}
    raise Http404("spark")


def _program(actor: Actor) -> Buyer | None:
    return actor.buyer or (queries.buyer_of(actor.supplier) if actor.supplier else None)


def _project(request: TenantRequest, pk: int) -> Project:
    project = queries.projects(**_whose(request.actor)).filter(pk=pk).first()
    if project is None:
        raise Http404("project")
    return project


@require_GET
@needs(Right.PROJECT_READ)
def portfolio(request: TenantRequest) -> HttpResponse:
    actor = request.actor
    everything = queries.portfolio(**_whose(actor))
    form = _filter_form(request, everything)
    rows = board.filtered(everything, queries.Filters(**form.chosen))
    program = _program(actor)
    factors = queries.factors_shown(program.declared_factor_code if program else "")
    figures = queries.summarise(rows, factors)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "figures": figures,
        "texts": board.figure_texts(figures),
        "form": form,
        "is_filtered": any(form.chosen.values()),
        "columns": board.columns(rows),
        "page": page,
        "page_query": board.query_of(form.chosen),
        "total": len(everything),
        "chart": charts.by_measure(figures["by_measure"]),
        "may_write": actor.supplier is not None and actor.may(Right.PROJECT_WRITE),
        "is_buyer": actor.buyer is not None,
    }
    template = "sparkplan/_portfolio.html" if _is_fragment(request) else "sparkplan/portfolio.html"
    return render(request, template, context)


def _filter_form(request: HttpRequest, rows: list[queries.ProjectRow]) -> FilterForm:
    is_buyer = getattr(request, "actor").buyer is not None  # noqa: B009
    partners = {row.project.supplier.code: board.company(row.project.supplier) for row in rows}
    choices = sorted(partners.items(), key=lambda pair: pair[1]) if is_buyer else None
    form = FilterForm(request.GET, measures=MEASURES, partners=choices)
    form.is_valid()
    return form


@require_GET
@needs(Right.PROJECT_READ)
def project_detail(request: TenantRequest, pk: int) -> HttpResponse:
    return _detail(request, _project(request, pk))


def _detail(
    request: TenantRequest, project: Project, status: int = 200, **forms: django_forms.Form
) -> HttpResponse:
    changes = queries.stage_changes(project)
    months = queries.months_of(project)
    program = _program(request.actor)
    factors = queries.factors_shown(program.declared_factor_code if program else "")
    row = queries.with_measured([project])[0]
    figures = money.of(project)
    may_write = request.actor.supplier is not None and request.actor.may(Right.PROJECT_WRITE)
    moves = stages.allowed_moves(project.stage, actions.stage_before_drop(changes))
    context = {
        "project": project,
        "row": row,
        "kind": row.kind,
        "measure_name": row.kind.name.in_language(get_language() or "zh"),
        "computed": board.how_computed(project),
        "money": figures,
        "money_texts": board.money_texts(figures),
        "saving_text": board.energy_text(row.expected_kwh),
        "measured_text": board.energy_text(row.measured_kwh),
        "factors": [board.factor_row(factor, row.expected_kwh) for factor in factors],
        "months_chart": charts.expected_and_measured(months),
        "meter_chart": charts.before_and_after(months),
        "months": list(reversed(months)),
        "steps": board.steps(project, changes),
        "bars": gantt.bars([(change.stage, change.on) for change in changes], clock.today()),
        "stage_labels": dict(Stage.choices),
        "changes": changes,
        "acts": board.acts(audit.entries_of(project)[:ACTS_SHOWN]),
        "may_write": may_write,
        "may_remove": may_write and project.stage == Stage.LEAD and len(changes) == 1,
        "move_form": forms.get("move_form") or MoveForm(moves=moves, prefix="move"),
        "saving_form": forms.get("saving_form") or SavingForm(prefix="saving"),
        "plan_form": forms.get("plan_form") or DayForm(prefix="plan"),
        "verify_form": forms.get("verify_form") or DayForm(prefix="verify"),
        "has_moves": bool(moves),
    }
    return render(request, "sparkplan/project.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_new(request: TenantRequest) -> HttpResponse:
    """Without a measure: which kind of retrofit? With one: the form with its inputs."""
    supplier = own_supplier(request.actor)
    kind = MEASURES.get(request.GET.get("measure", ""))
    if kind is None:
        return render(request, "sparkplan/choose_measure.html", {"measures": board.measure_choices()})
    form = ProjectForm(request.POST or None, supplier=supplier, measure=kind)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        project = _create(request, supplier, kind, form)
        if project is not None:
            messages.success(request, _("The project is saved with its estimate."))
            return HttpResponseRedirect(reverse("project_detail", args=[project.pk]), status=303)
    return _form_page(request, form, kind, None)


def _create(request: TenantRequest, supplier: Supplier, kind: Measure, form: ProjectForm) -> Project | None:
    data = form.cleaned_data
    try:
        return actions.create(
            supplier=supplier,
            site=data["site"],
            code=data["code"],
            name=data["name"],
            name_en=data["name_en"],
            measure_code=kind.code,
            inputs=form.inputs,
            terms=form.terms,
            by=request.actor,
        )
    except Refusal as refusal:
        form.add_error("code" if refusal.code == "project.code_taken" else None, str(refusal.message))
        return None


@require_http_methods(["GET", "POST"])
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_edit(request: TenantRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    kind = MEASURES[project.measure]
    form = ProjectForm(
        request.POST or None, supplier=own_supplier(request.actor), measure=kind, project=project
    )
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        data = form.cleaned_data
        try:
            actions.edit(
                project=project,
                site=data["site"],
                name=data["name"],
                name_en=data["name_en"],
                inputs=form.inputs,
                terms=form.terms,
                by=request.actor,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _("The changes are saved."))
            return HttpResponseRedirect(reverse("project_detail", args=[pk]), status=303)
    return _form_page(request, form, kind, project)


def _form_page(
    request: TenantRequest, form: ProjectForm, kind: Measure, project: Project | None
) -> HttpResponse:
    language = get_language() or "zh"
    context = {
        "form": form,
        "kind": kind,
        "measure_name": kind.name.in_language(language),
        "measure_summary": kind.summary.in_language(language),
        "project": project,
        "estimate": board.estimate_view(form.result, form.cleaned_data) if form.result else None,
        "is_asked": request.method == "POST",
        "input_errors": [(field.label, field.errors) for field in form.input_fields if field.errors]
        if form.is_bound
        else [],
    }
    if _is_fragment(request) and "preview" in request.POST:
        return render(request, "sparkplan/_estimate.html", context)
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "sparkplan/project_form.html", context, status=status)


@require_POST
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_move(request: TenantRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    moves = stages.allowed_moves(project.stage, actions.stage_before_drop(queries.stage_changes(project)))
    form = MoveForm(request.POST, moves=moves, prefix="move")
    fields = {"project.note_missing": "note", "project.future": "on", "project.date_order": "on"}
    if _carried_out(form, actions.move, project, request.actor, lambda refusal: fields.get(refusal.code)):
        return _done(request, pk, _("The stage is changed."))
    return _detail(request, project, status=UNPROCESSABLE, move_form=form)


@require_POST
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_saving(request: TenantRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    form = SavingForm(request.POST, prefix="saving")
    if _carried_out(
        form, actions.enter_saving, project, request.actor, lambda refusal: form.FIELD_OF.get(refusal.code)
    ):
        return _done(request, pk, _("The month is saved."))
    return _detail(request, project, status=UNPROCESSABLE, saving_form=form)


@require_POST
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_plan(request: TenantRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    form = DayForm(request.POST, prefix="plan")
    if _carried_out(form, actions.register_plan, project, request.actor, lambda refusal: "on"):
        return _done(request, pk, _("The measurement and verification plan is registered."))
    return _detail(request, project, status=UNPROCESSABLE, plan_form=form)


@require_POST
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_verify(request: TenantRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    form = DayForm(request.POST, prefix="verify")
    if _carried_out(form, actions.verify_saving, project, request.actor, lambda refusal: "on"):
        return _done(request, pk, _("The saving is recorded as verified."))
    return _detail(request, project, status=UNPROCESSABLE, verify_form=form)


@require_POST
@needs(Right.PROJECT_WRITE, kind=TenantKind.SUPPLIER)
def project_remove(request: TenantRequest, pk: int) -> HttpResponse:
    actions.remove(project=_project(request, pk), by=request.actor)
    messages.success(request, _("The project is removed."))
    return HttpResponseRedirect(reverse("spark"), status=303)


def _carried_out(
    form: django_forms.Form,
    act: Callable[..., object],
    project: Project,
    by: Actor,
    field_of: Callable[[Refusal], str | None],
) -> bool:
    """Do what a valid form asks; a refusal becomes an error of the field it is about."""
    if not form.is_valid():
        return False
    try:
        act(project=project, by=by, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(field_of(refusal), str(refusal.message))
        return False
    return True


def _done(request: TenantRequest, pk: int, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("project_detail", args=[pk]), status=303)


def _is_fragment(request: TenantRequest) -> bool:
    return bool(getattr(request, "htmx", False))
