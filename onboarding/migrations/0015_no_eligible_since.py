from django.db import migrations

from portal.storage import expanding


class Migration(migrations.Migration):
    """Recorded deadlines say what this column was for. It stays in the database while version 0.2.0 may still run."""

    dependencies = [("onboarding", "0014_carry_over_made_deadlines")]

    operations = [expanding.RemoveFieldLater(model_name="enrollment", name="eligible_since")]
