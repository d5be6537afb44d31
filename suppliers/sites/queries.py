"""Sites with their meters as a tree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from .models import Meter, Site


@dataclass(frozen=True)
class MeterNode:
    meter: Meter
    below: list[MeterNode] = field(default_factory=list)


@dataclass(frozen=True)
class SiteTree:
    site: Site
    meters: list[MeterNode]
    meter_count: int


def site_trees(*, supplier_id: int) -> list[SiteTree]:
    """Two queries, whatever the number of sites and meters."""
    sites = list(Site.objects.filter(supplier_id=supplier_id).order_by("code"))
    by_site: dict[int, list[Meter]] = defaultdict(list)
    for meter in Meter.objects.filter(supplier_id=supplier_id).order_by("code"):
        by_site[meter.site_id].append(meter)
    return [SiteTree(site, meter_tree(by_site[site.pk]), len(by_site[site.pk])) for site in sites]


def meter_tree(meters: list[Meter]) -> list[MeterNode]:
    nodes = {meter.pk: MeterNode(meter) for meter in meters}
    roots: list[MeterNode] = []
    for node in nodes.values():
        upper = nodes.get(node.meter.parent_id) if node.meter.parent_id else None
        (upper.below if upper else roots).append(node)
    return roots
