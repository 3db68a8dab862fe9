from django.db import migrations, models

from portal.storage import expanding


class Migration(migrations.Migration):
    """The events of one request, for the page of that request."""

    atomic = False
    dependencies = [
        ("portal", "0012_logged_requests"),
    ]

    operations = [
        expanding.AddIndexConcurrently(
            model_name="event",
            index=models.Index(
                condition=models.Q(("request_id", ""), _negated=True),
                fields=["partner", "request_id"],
                name="event_of_request",
            ),
        ),
    ]
