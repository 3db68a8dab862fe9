"""Where programs are: regions and utilities."""

from django.db import models

from programs.models.base import CatalogueRow, SourcedRow

TRANSMISSION_REGIONS = [
    ("CAISO", "CAISO (California)"),
    ("ERCOT", "ERCOT (Texas)"),
    ("NYISO", "NYISO (New York)"),
    ("ISONE", "ISO-NE (New England)"),
    ("PJM", "PJM (Mid-Atlantic)"),
    ("SERC", "SERC (Southeast)"),
    ("WECC_SW", "WECC Southwest"),
    ("WECC_PC", "WECC Pacific"),
]


class Region(CatalogueRow):
    """A region as the program tables name it (CA, NY, PJM, TX, MA, RI)."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=64)
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order in the program tables.")

    class Meta(CatalogueRow.Meta):
        abstract = False
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class Utility(SourcedRow):
    """A utility whose customers can be enrolled. Its code is the published utility_name."""

    code = models.CharField(max_length=32, unique=True, help_text="As in the published list of utility names.")
    name = models.CharField(max_length=128)
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS, blank=True)
    is_test = models.BooleanField(default=False, help_text="A value for tests only; not offered in templates.")

    class Meta(SourcedRow.Meta):
        abstract = False
        ordering = ["transmission_region", "code"]
        verbose_name_plural = "utilities"

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
