"""Shapes of credentials, targets and proofs of renewable power: as they are read, written and entered for somebody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from suppliers.disclosure import queries, rules
from suppliers.disclosure.forms import CredentialForm, InstrumentForm, TargetForm
from suppliers.disclosure.models import (
    Credential,
    CredentialKind,
    EvidenceFile,
    Instrument,
    InstrumentKind,
    Submitted,
    Target,
    Verdict,
)
from suppliers.tenants import clock

STATES = ("draft", "waiting", "accepted", "returned")


class DocumentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    filename = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, document: EvidenceFile) -> str:
        return reverse("evidence_file", args=[document.pk])


class VerdictSerializer(serializers.Serializer[Any]):
    buyer = serializers.CharField(source="buyer.code")
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField()
    at = serializers.DateTimeField()


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(CredentialKind.values)})$"})
class KindField(serializers.ChoiceField):
    """One of the kinds; described by a pattern, because other calls have another list called `kind`."""


class ItemSerializer(serializers.ModelSerializer[Any]):
    """What every item carries beside its own fields; `context["standings"]` holds the verdicts by id."""

    supplier = serializers.CharField(source="supplier.code", read_only=True)
    state = serializers.SerializerMethodField()
    reviews = serializers.SerializerMethodField()
    entered_by = serializers.CharField(
        source="entered_by.code", read_only=True, default=None, allow_null=True
    )
    evidence = DocumentSerializer(read_only=True, allow_null=True)

    COMMON = ("id", "supplier", "state", "submitted_at", "entered_by", "evidence", "reviews")

    @extend_schema_field({"type": "string", "pattern": f"^({'|'.join(STATES)})$"})
    def get_state(self, item: Submitted) -> str:
        return self._standing(item).word

    @extend_schema_field(VerdictSerializer(many=True))
    def get_reviews(self, item: Submitted) -> Any:
        return VerdictSerializer(self._standing(item).reviews, many=True).data

    def _standing(self, item: Submitted) -> queries.Standing:
        standing: queries.Standing = self.context["standings"][item.pk]
        return standing


class CredentialSerializer(ItemSerializer):
    kind = KindField(choices=CredentialKind.choices)

    class Meta:
        model = Credential
        fields = (*ItemSerializer.COMMON, *CredentialForm.Meta.fields)


class TargetSerializer(ItemSerializer):
    class Meta:
        model = Target
        fields = (*ItemSerializer.COMMON, *TargetForm.Meta.fields)


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(InstrumentKind.values)})$"})
class InstrumentKindField(serializers.ChoiceField):
    """One of the kinds of proof of renewable power."""


class InstrumentSerializer(ItemSerializer):
    kind = InstrumentKindField(choices=InstrumentKind.choices)
    held_back = serializers.SerializerMethodField(
        help_text="A serial number is claimed elsewhere too: it does not count until reviewed."
    )

    class Meta:
        model = Instrument
        fields = (*ItemSerializer.COMMON, *InstrumentForm.Meta.fields, "held_back")

    def get_held_back(self, item: Instrument) -> bool:
        return item.collided_at is not None and item.cleared_at is None


class WriteSerializer(serializers.ModelSerializer[Any]):
    rule: ClassVar[Callable[..., list[rules.Trouble]]]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kept = {name: getattr(self.instance, name) for name in self.Meta.fields} if self.instance else {}  # type: ignore[attr-defined]
        troubles = type(self).rule(kept | attrs, clock.today())
        if troubles:
            raise serializers.ValidationError({field: [str(sentence)] for field, sentence in troubles})
        return attrs


class CredentialWriteSerializer(WriteSerializer):
    rule = staticmethod(rules.credential)
    kind = KindField(choices=CredentialKind.choices)

    class Meta:
        model = Credential
        fields = CredentialForm.Meta.fields


class TargetWriteSerializer(WriteSerializer):
    rule = staticmethod(rules.target)

    class Meta:
        model = Target
        fields = TargetForm.Meta.fields


class InstrumentWriteSerializer(WriteSerializer):
    """Serial numbers are checked by the action, which answers with `instrument.…`."""

    rule = staticmethod(rules.instrument)
    kind = InstrumentKindField(choices=InstrumentKind.choices)

    class Meta:
        model = Instrument
        fields = InstrumentForm.Meta.fields


class CredentialNewSerializer(CredentialWriteSerializer):
    supplier = serializers.CharField(
        required=False, max_length=40, help_text="Procurement only: the supplier it is entered for."
    )

    class Meta(CredentialWriteSerializer.Meta):
        fields = (*CredentialForm.Meta.fields, "supplier")  # type: ignore[assignment]


class TargetNewSerializer(TargetWriteSerializer):
    supplier = serializers.CharField(
        required=False, max_length=40, help_text="Procurement only: the supplier it is entered for."
    )

    class Meta(TargetWriteSerializer.Meta):
        fields = (*TargetForm.Meta.fields, "supplier")  # type: ignore[assignment]


class InstrumentNewSerializer(InstrumentWriteSerializer):
    supplier = serializers.CharField(
        required=False, max_length=40, help_text="Procurement only: the supplier it is entered for."
    )

    class Meta(InstrumentWriteSerializer.Meta):
        fields = (*InstrumentForm.Meta.fields, "supplier")  # type: ignore[assignment]


class ReviewSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class EvidenceUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="PDF, PNG or JPEG, up to 10 MB.")


class ItemFilter(serializers.Serializer[Any]):
    supplier = serializers.CharField(required=False, max_length=40)
    kind = serializers.ChoiceField(required=False, choices=CredentialKind.choices)
    submitted = serializers.BooleanField(required=False, allow_null=True, default=None)
