"""What a weekly digest counts are e-mails."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0004_one_shape_of_cells")]

    operations = [migrations.RenameField(model_name="weeklydigest", old_name="letters", new_name="emails_written")]
