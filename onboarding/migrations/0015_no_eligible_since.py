from django.db import migrations


class Migration(migrations.Migration):
    """Recorded deadlines say what this column was for."""

    dependencies = [("onboarding", "0014_carry_over_made_deadlines")]

    operations = [migrations.RemoveField(model_name="enrollment", name="eligible_since")]
