"""A saved view."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class SavedView(models.Model):
    """Filters, order and columns of the list of meters under a name: one person's, and colleagues' too when shared."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)
    query = models.TextField(blank=True, help_text="The filters and the order, as a query string.")
    is_shared = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False, help_text="The owner's list begins with it.")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "owner", "name"], name="one_view_per_name"),
            models.UniqueConstraint(fields=["partner", "owner"], condition=Q(is_default=True), name="one_default_view"),
        ]

    def __str__(self) -> str:
        return self.name
