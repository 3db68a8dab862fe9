"""Identifiers get their normal forms beside what was typed. The next migration fills them in.

On PostgreSQL, triggers fill them in for rows that version 0.2.0 writes, which knows nothing of them: exactly for texts of
plain ASCII characters, and with what was typed for all others, until the job `meters.complete` has looked at every meter.
A later version drops the triggers, once 0.2.0 cannot run any more.
"""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from portal.storage import expanding

KEYS = ["reference_key", "account_key", "serial_key"]

# As programs/identifiers.py has it, for texts of plain ASCII characters.
FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION onboarding_is_plain(typed text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT typed COLLATE "C" ~ '^[ -~]*$' $$;

CREATE OR REPLACE FUNCTION onboarding_reference_key(typed text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT onboarding_is_plain(typed) THEN typed
   ELSE regexp_replace(regexp_replace(btrim(typed), ' +', ' ', 'g'), '^([0-9]{3,})\.0+$', '\1') END $$;

CREATE OR REPLACE FUNCTION onboarding_account_key(typed text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN typed ~ '^[0-9]*$' OR NOT onboarding_is_plain(typed) THEN typed
   ELSE coalesce(
     nullif(upper(regexp_replace(onboarding_reference_key(typed), '[ ./_-]+', '', 'g') COLLATE "C"), ''),
     onboarding_reference_key(typed)) END $$;
"""

# A reference whose normal form another meter of the partner has is a twin: what was typed is its key.
TRIGGERS = """
CREATE OR REPLACE FUNCTION onboarding_fill_meter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.reference_key = OLD.reference_key AND NEW.partner_reference <> OLD.partner_reference
    AND onboarding_is_plain(NEW.partner_reference)
  THEN
    NEW.reference_key := onboarding_reference_key(NEW.partner_reference);
    IF NEW.created_by = 'PARTNER' AND NEW.reference_key <> NEW.partner_reference AND EXISTS (
      SELECT 1 FROM onboarding_meter WHERE partner_id = NEW.partner_id AND reference_key = NEW.reference_key
      AND created_by = 'PARTNER' AND id <> NEW.id)
    THEN
      NEW.reference_key := NEW.partner_reference;
    END IF;
  END IF;
  IF TG_OP = 'INSERT' OR NEW.account_key = OLD.account_key AND NEW.account_number <> OLD.account_number
    AND onboarding_is_plain(NEW.account_number)
  THEN
    NEW.account_key := onboarding_account_key(NEW.account_number);
  END IF;
  IF TG_OP = 'INSERT' OR NEW.serial_key = OLD.serial_key AND NEW.serial_number <> OLD.serial_number
    AND onboarding_is_plain(NEW.serial_number)
  THEN
    NEW.serial_key := onboarding_account_key(NEW.serial_number);
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION onboarding_fill_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.partner_reference <> OLD.partner_reference THEN
    NEW.reference_key := onboarding_reference_key(NEW.partner_reference);
  END IF;
  NEW.account_key := onboarding_account_key(
    coalesce(NEW.asset -> 'utility' ->> 'electric_service_account_number', ''));
  NEW.serial_key := onboarding_account_key(coalesce(NEW.asset -> 'device' ->> 'device_serial_number', ''));
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER onboarding_fill_new_meter BEFORE INSERT ON onboarding_meter
  FOR EACH ROW WHEN (NEW.reference_key = '') EXECUTE FUNCTION onboarding_fill_meter();

CREATE OR REPLACE TRIGGER onboarding_fill_changed_meter
  BEFORE UPDATE OF partner_reference, account_number, serial_number ON onboarding_meter
  FOR EACH ROW WHEN (NEW.partner_reference <> OLD.partner_reference AND NEW.reference_key = OLD.reference_key
    OR NEW.account_number <> OLD.account_number AND NEW.account_key = OLD.account_key
    OR NEW.serial_number <> OLD.serial_number AND NEW.serial_key = OLD.serial_key)
  EXECUTE FUNCTION onboarding_fill_meter();

CREATE OR REPLACE TRIGGER onboarding_fill_new_row BEFORE INSERT ON onboarding_uploadrow
  FOR EACH ROW WHEN (NEW.reference_key = '' AND NEW.partner_reference <> '')
  EXECUTE FUNCTION onboarding_fill_row();

CREATE OR REPLACE TRIGGER onboarding_fill_changed_row BEFORE UPDATE OF partner_reference, asset ON onboarding_uploadrow
  FOR EACH ROW WHEN (NEW.reference_key = OLD.reference_key AND NEW.account_key = OLD.account_key
    AND NEW.serial_key = OLD.serial_key AND onboarding_is_plain(NEW.partner_reference)
    AND (NEW.partner_reference <> OLD.partner_reference OR NEW.asset IS DISTINCT FROM OLD.asset))
  EXECUTE FUNCTION onboarding_fill_row();
"""

DROP = """
DROP TRIGGER IF EXISTS onboarding_fill_new_meter ON onboarding_meter;
DROP TRIGGER IF EXISTS onboarding_fill_changed_meter ON onboarding_meter;
DROP TRIGGER IF EXISTS onboarding_fill_new_row ON onboarding_uploadrow;
DROP TRIGGER IF EXISTS onboarding_fill_changed_row ON onboarding_uploadrow;
DROP FUNCTION IF EXISTS onboarding_fill_meter, onboarding_fill_row, onboarding_account_key, onboarding_reference_key;
DROP FUNCTION IF EXISTS onboarding_is_plain;
"""


class CreateTriggers(Operation):
    """Of no effect on SQLite, where an upgrade stops everything first."""

    def state_forwards(self, app_label, state):
        """The models stay as they are."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(FUNCTIONS + TRIGGERS, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(DROP, params=None)


def key_field(**more):
    return models.CharField(blank=True, db_default="", max_length=768, **more)


class Migration(expanding.Migration):
    dependencies = [("onboarding", "0005_digests_count_emails")]

    operations = [
        *(migrations.AddField("meter", name, key_field()) for name in KEYS),
        *(migrations.AddField("uploadrow", name, key_field()) for name in KEYS),
        CreateTriggers(),
    ]
