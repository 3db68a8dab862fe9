"""Secrets of authenticator apps and recovery codes are stored encrypted from now on.

Those of version 0.2.0 stay as they are until its web processes are gone: the job `security.encrypt`
encrypts them. Going back decrypts them all.
"""

from django.db import migrations

from portal.security.keyring import decrypt, is_token


def _plain(text: str) -> str:
    return decrypt(text) if is_token(text) else text


def decrypt_all(apps, schema_editor):
    for row in apps.get_model("mfa", "Authenticator").objects.iterator():
        before = dict(row.data)
        row.data |= {name: _plain(row.data[name]) for name in ("secret", "seed") if name in row.data}
        if "migrated_codes" in row.data:
            row.data["migrated_codes"] = [_plain(code) for code in row.data["migrated_codes"]]
        if row.data != before:
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0017_plain_labels"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(migrations.RunPython.noop, decrypt_all)]
