"""The API of Spark Action: projects, their stages, their measured months, the summary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from sparkplan import actions, queries
from sparkplan.measures import InputError
from sparkplan.models import Project, Saving
from sparkplan.serializers import (
    DaySerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
    SavingSerializer,
    SavingWriteSerializer,
    StageSerializer,
    SummarySerializer,
    standing,
)
from suppliers.api.base import actor_of, buyer_of, supplier_of
from suppliers.sites.models import Site
from suppliers.tenants.models import Supplier
from suppliers.tenants.roles import Right

READ = [Right.PROJECT_READ]
WRITE = [Right.PROJECT_WRITE]
FILTERS = [OpenApiParameter(name, str) for name in ("measure", "stage", "funding", "supplier", "search")]


def _whose(request: Request) -> dict[str, Any]:
    """Lock one: the supplier's own, or those of the buyer's enrolled suppliers."""
    actor = actor_of(request)
    if actor.supplier is not None:
        return {"supplier": actor.supplier}
    if actor.buyer is not None:
        return {"buyer": actor.buyer}
    raise PermissionDenied("no projects")


def _project(request: Request, pk: int) -> Project:
    project = queries.projects(**_whose(request)).filter(pk=pk).first()
    if project is None:
        raise Http404("project")
    return project


def _answer(project: Project) -> dict[str, Any]:
    """As the list shows it, read anew: what was just written is what the caller sees."""
    fresh = queries.projects(supplier=project.supplier).get(pk=project.pk)
    answer: dict[str, Any] = ProjectSerializer(queries.with_measured([fresh])[0]).data
    return answer


def _site(supplier: Supplier, code: str) -> Site:
    site: Site | None = Site.objects.filter(supplier=supplier, code=code).first()
    if site is None:
        raise serializers.ValidationError(
            {"site": [ErrorDetail(_("This site is not known."), code="unknown")]}
        )
    return site


def _input_trouble(error: InputError, language: str) -> serializers.ValidationError:
    return serializers.ValidationError(
        {
            "inputs": {
                problem.field: [ErrorDetail(problem.message.in_language(language), code=problem.code)]
                for problem in error.problems
            }
        }
    )


def _terms(values: dict[str, Any]) -> actions.Terms:
    names = ("price_cny_per_kwh", "investment_cny", "funding", "emc_share_percent", "emc_years")
    kept = {name: values[name] for name in names if name in values}
    return actions.Terms(energy_service_company=values.get("energy_service_company", ""), **kept)


class ProjectsView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"GET": READ, "POST": WRITE}
    serializer_class = ProjectSerializer
    filter_backends: ClassVar[list[Any]] = []

    @extend_schema(
        operation_id="projects_list",
        summary="Retrofit projects: own, or of all enrolled suppliers",
        parameters=FILTERS,
        responses=ProjectSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        given = request.query_params
        filters = queries.Filters(
            measure=given.get("measure", ""),
            stage=given.get("stage", ""),
            funding=given.get("funding", ""),
            partner=given.get("supplier", ""),
            words=given.get("search", "").replace("\x00", ""),
        )
        page = self.paginate_queryset(queries.narrowed(queries.projects(**_whose(request)), filters))
        rows = queries.with_measured(page or [])
        return self.get_paginated_response(ProjectSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="projects_create",
        summary="A new project, its saving estimated from the inputs of its measure",
        request=ProjectWriteSerializer,
        responses={201: ProjectSerializer},
    )
    def post(self, request: Request) -> Response:
        supplier = supplier_of(request)
        given = ProjectWriteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        try:
            project = actions.create(
                supplier=supplier,
                site=_site(supplier, values["site"]),
                code=values["code"],
                name=values["name"],
                name_en=values["name_en"],
                measure_code=values["measure"],
                inputs=values["inputs"],
                terms=_terms(values),
                by=actor_of(request),
            )
        except InputError as error:
            raise _input_trouble(error, request.LANGUAGE_CODE) from error
        return Response(_answer(project), status=201)


class ProjectView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"GET": READ, "PATCH": WRITE, "DELETE": WRITE}
    serializer_class = ProjectSerializer

    @extend_schema(operation_id="projects_read", summary="One project", responses=ProjectSerializer)
    def get(self, request: Request, id: int) -> Response:
        return Response(_answer(_project(request, id)))

    @extend_schema(
        operation_id="projects_change",
        summary="Change a project; its estimate is made anew",
        request=ProjectWriteSerializer,
        responses=ProjectSerializer,
    )
    def patch(self, request: Request, id: int) -> Response:
        project = _project(request, id)
        given = ProjectWriteSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        fixed = {"code": project.code, "measure": project.measure}
        for name, value in fixed.items():
            if given.validated_data.get(name, value) != value:
                raise serializers.ValidationError(
                    {name: [ErrorDetail(_("This cannot be changed."), code="fixed")]}
                )
        values = standing(project) | {k: v for k, v in given.validated_data.items() if k in request.data}
        try:
            actions.edit(
                project=project,
                site=_site(project.supplier, values["site"]),
                name=values["name"],
                name_en=values["name_en"],
                inputs=values["inputs"],
                terms=_terms(values),
                by=actor_of(request),
            )
        except InputError as error:
            raise _input_trouble(error, request.LANGUAGE_CODE) from error
        return Response(_answer(project))

    @extend_schema(
        operation_id="projects_remove",
        summary="Remove a project that is not contracted yet",
        responses={204: None},
    )
    def delete(self, request: Request, id: int) -> Response:
        actions.remove(project=_project(request, id), by=actor_of(request))
        return Response(status=204)


class StagesView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"GET": READ, "POST": WRITE}
    serializer_class = StageSerializer
    filter_backends: ClassVar[list[Any]] = []

    @extend_schema(
        operation_id="projects_stages_list",
        summary="When the project reached each stage",
        responses=StageSerializer(many=True),
    )
    def get(self, request: Request, id: int) -> Response:
        page = self.paginate_queryset(queries.stage_changes(_project(request, id)))
        return self.get_paginated_response(StageSerializer(page, many=True).data)

    @extend_schema(
        operation_id="projects_stages_add",
        summary="Move the project to its next stage",
        request=StageSerializer,
        responses={201: ProjectSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        project = _project(request, id)
        given = StageSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        actions.move(project=project, by=actor_of(request), **given.validated_data)
        return Response(_answer(project), status=201)


class SavingsView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"GET": READ, "POST": WRITE}
    serializer_class = SavingSerializer
    filter_backends: ClassVar[list[Any]] = []

    @extend_schema(
        operation_id="projects_savings_list",
        summary="Measured savings by month",
        responses=SavingSerializer(many=True),
    )
    def get(self, request: Request, id: int) -> Response:
        page = self.paginate_queryset(queries.months_of(_project(request, id)))
        return self.get_paginated_response([_month(entry) for entry in page or []])

    @extend_schema(
        operation_id="projects_savings_enter",
        summary="Enter or correct the measured saving of a month",
        request=SavingWriteSerializer,
        responses={200: SavingSerializer, 201: SavingSerializer},
    )
    def post(self, request: Request, id: int) -> Response:
        project = _project(request, id)
        given = SavingWriteSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        month = given.validated_data["month"]
        known = Saving.objects.filter(supplier=project.supplier_id, project=project, month=month).count()
        actions.enter_saving(project=project, by=actor_of(request), **given.validated_data)
        entry = next(entry for entry in queries.months_of(project) if entry["month"] == month)
        return Response(_month(entry), status=200 if known else 201)


class PlanView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"POST": WRITE}
    serializer_class = DaySerializer

    @extend_schema(
        operation_id="projects_plan_register",
        summary="Register the measurement and verification plan",
        request=DaySerializer,
        responses=ProjectSerializer,
    )
    def post(self, request: Request, id: int) -> Response:
        return _stated(request, id, actions.register_plan)


class VerifyView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"POST": WRITE}
    serializer_class = DaySerializer

    @extend_schema(
        operation_id="projects_saving_verify",
        summary="State that the saving was verified",
        request=DaySerializer,
        responses=ProjectSerializer,
    )
    def post(self, request: Request, id: int) -> Response:
        return _stated(request, id, actions.verify_saving)


def _stated(request: Request, id: int, act: Callable[..., Project]) -> Response:
    """A day stated about a project, and the project as it stands then."""
    project = _project(request, id)
    given = DaySerializer(data=request.data)
    given.is_valid(raise_exception=True)
    act(project=project, by=actor_of(request), **given.validated_data)
    return Response(_answer(project))


class SummaryView(GenericAPIView):
    rights: ClassVar[dict[str, Any]] = {"GET": READ}
    serializer_class = SummarySerializer

    @extend_schema(
        operation_id="projects_summary",
        summary="Totals of the portfolio, tonnes by the declared and by today's factor",
        parameters=[OpenApiParameter("year", int), OpenApiParameter("buyer", str)],
        responses=SummarySerializer,
    )
    def get(self, request: Request) -> Response:
        """A supplier's own rows under the factor of its program; a buyer's whole program."""
        year = _year(request.query_params.get("year"))
        whose = _whose(request)
        if "supplier" in whose:
            named = "buyer" in request.query_params
            whose["buyer"] = buyer_of(request) if named else queries.buyer_of(whose["supplier"])
        return Response(SummarySerializer(queries.summary(**whose, year=year)).data)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= 2100):
        raise serializers.ValidationError(
            {"year": [ErrorDetail(_("Enter a year such as 2024."), code="invalid")]}
        )
    return int(text)


def _month(entry: dict[str, Any]) -> dict[str, Any]:
    saving = entry["saving"]
    answer: dict[str, Any] = SavingSerializer(
        {
            "month": f"{entry['month']:%Y-%m}",
            "saved_kwh": saving.saved_kwh,
            "expected_kwh": entry["expected"],
            "baseline_kwh": saving.baseline_kwh,
            "metered_kwh": saving.metered_kwh,
        }
    ).data
    return answer
