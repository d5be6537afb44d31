"""The shapes of the scorecard API, for its description: answers are built by `queries` and `exports`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from scorecards.calc.measured import STATES
from scorecards.calc.methodology import IDS
from scorecards.models import EditionState
from suppliers.api.base import Number

EDITION_STATES = ", ".join(EditionState.values)


class EditionSerializer(serializers.Serializer[Any]):
    label = serializers.CharField(help_text="Quarter, such as FY24Q3.")
    number = serializers.IntegerField(help_text="1, and one more with every restatement.")
    state = serializers.CharField(help_text=EDITION_STATES)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    methodology = serializers.CharField(source="methodology.code")
    computed_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField(help_text="SHA-256 of the published content; empty before.")
    reason = serializers.CharField(help_text="Why this quarter was restated; empty for number 1.")


class PointsSerializer(serializers.Serializer[Any]):
    """Points 0–100 by indicator; null: not applicable."""

    def get_fields(self) -> dict[str, Any]:
        return {name: Number(allow_null=True) for name in IDS}


class RankingRowSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(allow_null=True)
    supplier = serializers.CharField()
    name = serializers.CharField()
    group = serializers.CharField()
    group_rank = serializers.IntegerField(allow_null=True, help_text="Null in groups too small to be ranked.")
    group_size = serializers.IntegerField()
    total = Number(allow_null=True)
    grade = serializers.CharField()
    previous_rank = serializers.IntegerField(allow_null=True)
    previous_total = Number(allow_null=True)
    coverage = Number(help_text="% of the applicable weight that is neither missing nor expired.")
    verified = Number(help_text="% of the applicable weight whose evidence was reviewed.")
    gated = serializers.BooleanField()
    unranked_reason = serializers.CharField()
    indicators = PointsSerializer()


class RankingSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.CharField(help_text=EDITION_STATES)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    methodology = serializers.CharField()
    digest = serializers.CharField()
    reason = serializers.CharField()
    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RankingRowSerializer(many=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()
    url = serializers.CharField()


class IndicatorSerializer(serializers.Serializer[Any]):
    indicator = serializers.ChoiceField(choices=[(name, name) for name in IDS])
    name = serializers.CharField()
    dimension = serializers.ChoiceField(choices=[(letter, letter) for letter in "ESG"])
    value = Number(allow_null=True)
    unit = serializers.CharField()
    points = Number(allow_null=True)
    weight = Number()
    state = serializers.CharField(help_text=", ".join(STATES))
    reason_code = serializers.CharField()
    reason = serializers.CharField()
    reviewed = serializers.BooleanField()
    evidence = EvidenceSerializer(many=True)
    gain = Number(allow_null=True, help_text="Points of the total the next step would add.")
    step = serializers.CharField()
    how = serializers.CharField()


class ScorecardSerializer(RankingRowSerializer):
    label = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.CharField(help_text=EDITION_STATES)
    methodology = serializers.CharField()
    indicators = IndicatorSerializer(many=True)


class SpeRowSerializer(serializers.Serializer[Any]):
    supplier = serializers.CharField()
    name = serializers.CharField()
    erp_code = serializers.CharField()
    group = serializers.CharField()
    total = Number(allow_null=True)
    grade = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    form = serializers.ChoiceField(choices=[("points", "points"), ("multiplier", "multiplier")])
    value = Number(allow_null=True)


class SpeSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()
    number = serializers.IntegerField()
    form = serializers.ChoiceField(choices=[("points", "points"), ("multiplier", "multiplier")])
    share_percent = Number(allow_null=True)
    digest = serializers.CharField()
    results = SpeRowSerializer(many=True)


class ConfirmSerializer(serializers.Serializer[Any]):
    confirm = serializers.CharField(
        required=False, max_length=8, help_text="The label again; the address counts if left out."
    )
