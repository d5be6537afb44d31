"""How good a figure is: the grade from which its uncertainty follows (inventory/METHOD.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataQuality(models.TextChoices):
    METERED = "A", _("A metered or invoiced")
    CALCULATED = "B", _("B calculated from documents")
    ESTIMATED = "C", _("C estimated")
    SCREENING = "D", _("D screening factor or spend")
