"""The address a person logs in with: `User.email` is what holds, allauth's row follows it.

An address gets into `User.email` by an invitation that was answered, by a confirmed change, or by our own staff;
in each case it has been vouched for, so its row is verified.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q

from suppliers.tenants.models import User


@transaction.atomic
def keep_in_step(user: User) -> None:
    """One verified, primary row for `user.email`; what was primary or verified before goes, a change under way stays."""
    rows = EmailAddress.objects.filter(user_id=user.pk)
    if rows.filter(email=user.email, verified=True, primary=True).exists():
        return
    rows.exclude(email=user.email).filter(Q(primary=True) | Q(verified=True)).delete()
    if user.email:
        EmailAddress.objects.update_or_create(
            user_id=user.pk, email=user.email, defaults={"verified": True, "primary": True}
        )


def follow(sender: type[User], instance: User, raw: bool, update_fields: Any = None, **_more: Any) -> None:
    """After a person is saved. Most saves (the last login) do not touch the address; a restored copy has its rows."""
    if not raw and (update_fields is None or "email" in update_fields):
        keep_in_step(instance)
