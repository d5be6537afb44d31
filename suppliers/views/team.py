"""The team: who belongs to the own tenant, who is invited, and how that changes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.tenants import clock, invitations, members
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.accounts.second_factor import FACTORS
from suppliers.tenants.models import Invitation, Membership
from suppliers.tenants.roles import ROLES, Right

from .saving import links_are_shown, saved, site_of


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    name = forms.CharField(label=gettext_lazy("Person"), max_length=80, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), help_text=gettext_lazy("What each role may do stands beside this form.")
    )

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = roles


@require_GET
@needs(Right.MEMBER_READ)
def team(request: TenantRequest) -> HttpResponse:
    may_write = request.actor.may(Right.MEMBER_WRITE)
    people = list(members.of_tenant(request.actor).order_by("user__email"))
    with_factor = _with_second_factor(people) if may_write else set()
    context = {
        "rows": [
            {
                "membership": member,
                "dialog": str(member.pk),
                "role": ROLES[member.role],
                "is_self": member.user_id == request.actor.user_id,
                "has_second_factor": member.user_id in with_factor,
            }
            for member in people
        ],
        "may_write": may_write,
        "roles": invitations.roles_to_give(request.actor) if may_write else [],
        "invited": _invited(request) if may_write else [],
    }
    return render(request, "suppliers/tenants/team.html", context)


def _with_second_factor(people: list[Membership]) -> set[int]:
    ids = [member.user_id for member in people]
    set_up = Authenticator.objects.filter(user_id__in=ids, type__in=FACTORS)
    return set(set_up.values_list("user_id", flat=True))


def _invited(request: TenantRequest) -> list[dict[str, Any]]:
    now = clock.now()
    waiting = invitations.waiting(request.actor).select_related("invited_by")
    return [
        {
            "invitation": one,
            "dialog": str(one.pk),
            "role": ROLES[one.role],
            "is_too_old": one.expires_at <= now,
        }
        for one in waiting
    ]


@require_http_methods(["GET", "POST"])
@needs(Right.MEMBER_WRITE)
@never_cache
def invite(request: TenantRequest) -> HttpResponse:
    roles = invitations.roles_to_give(request.actor)
    form = InviteForm(request.POST or None, roles=roles)
    made: list[invitations.Issued] = []

    def act() -> None:
        made.append(invitations.invite(by=request.actor, site=site_of(request), **form.cleaned_data))

    if form.is_valid() and saved(form, act):
        return _sent(request, made[0])
    context = {"form": form, "roles": [ROLES[slug] for slug, _label in roles]}
    return render(request, "suppliers/tenants/invite.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Right.MEMBER_WRITE)
@never_cache
def invitation_resend(request: TenantRequest, pk: int) -> HttpResponse:
    again = invitations.resend(
        by=request.actor, invitation=_own_invitation(request, pk), site=site_of(request)
    )
    return _sent(request, again)


@require_POST
@needs(Right.MEMBER_WRITE)
def invitation_withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    invitation = _own_invitation(request, pk)
    invitations.revoke(by=request.actor, invitation=invitation)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email})
    return _to_team()


@require_POST
@needs(Right.MEMBER_WRITE)
def member_role(request: TenantRequest, pk: int) -> HttpResponse:
    member = _own_member(request, pk)
    changed = members.change_role(by=request.actor, membership=member, role=request.POST.get("role", ""))
    messages.success(
        request,
        _("%(person)s now has the role: %(role)s")
        % {"person": member.user, "role": ROLES[changed.role].label},
    )
    return _to_team()


@require_POST
@needs(Right.MEMBER_WRITE)
def member_revoke(request: TenantRequest, pk: int) -> HttpResponse:
    member = _own_member(request, pk)
    members.revoke(by=request.actor, membership=member)
    messages.success(request, _("%(person)s no longer belongs to the team.") % {"person": member.user})
    return _to_team()


@require_POST
@needs(Right.MEMBER_READ)
def team_leave(request: TenantRequest) -> HttpResponse:
    members.leave(by=request.actor)
    messages.success(request, _("You have left the team."))
    return HttpResponseRedirect(reverse("home"))


def _sent(request: TenantRequest, issued: invitations.Issued) -> HttpResponse:
    """Where mail goes nowhere the link is shown, this once; else the person finds it in their mail."""
    if links_are_shown():
        link = site_of(request) + issued.path
        return render(
            request, "suppliers/tenants/invited.html", {"invitation": issued.invitation, "link": link}
        )
    messages.success(
        request, _("The invitation is on its way to %(email)s.") % {"email": issued.invitation.email}
    )
    return _to_team()


def _own_invitation(request: TenantRequest, pk: int) -> Invitation:
    return get_object_or_404(invitations.waiting(request.actor), pk=pk)


def _own_member(request: TenantRequest, pk: int) -> Membership:
    return get_object_or_404(members.of_tenant(request.actor), pk=pk)


def _to_team() -> HttpResponse:
    return HttpResponseRedirect(reverse("team"))


urlpatterns = [
    path("team/", team, name="team"),
    path("team/invite/", invite, name="team_invite"),
    path("team/leave/", team_leave, name="team_leave"),
    path("team/invitations/<int:pk>/resend/", invitation_resend, name="invitation_resend"),
    path("team/invitations/<int:pk>/withdraw/", invitation_withdraw, name="invitation_withdraw"),
    path("team/<int:pk>/role/", member_role, name="member_role"),
    path("team/<int:pk>/revoke/", member_revoke, name="member_revoke"),
]
