"""The cells of a staged row had three shapes: a list (a sheet), an object (a request by API), a flat object (a form).

They become one, with both keys always there: {"columns": [...], "fields": {...}}. Going back gives sheets their lists
again, and the others a flat object, which the code of before reads as well.
"""

import json

from django.db import migrations, models

AT_ONCE = 1000
TABLE = "onboarding_uploadrow"
LISTS = {
    "postgresql": f"""
        UPDATE {TABLE} SET cells = jsonb_build_object('columns', cells, 'fields', '{{}}'::jsonb)
        WHERE jsonb_typeof(cells) = 'array'
    """,
    "sqlite": f"""
        UPDATE {TABLE} SET cells = json_object('columns', json(cells), 'fields', json('{{}}'))
        WHERE json_type(cells) = 'array'
    """,
}
BACK = {
    "postgresql": f"""
        UPDATE {TABLE} SET cells = CASE WHEN cells -> 'columns' = '[]'::jsonb
        THEN cells -> 'fields' ELSE cells -> 'columns' END WHERE cells IS NOT NULL
    """,
    "sqlite": f"""
        UPDATE {TABLE} SET cells = CASE WHEN json_array_length(cells, '$.columns') = 0
        THEN json_extract(cells, '$.fields') ELSE json_extract(cells, '$.columns') END WHERE cells IS NOT NULL
    """,
}
OTHERS = {
    "postgresql": f"SELECT id, cells::text FROM {TABLE} WHERE id > %s AND jsonb_typeof(cells) <> 'array' ORDER BY id",
    "sqlite": f"SELECT id, cells FROM {TABLE} WHERE id > %s AND json_type(cells) <> 'array' ORDER BY id",
}


def flat(value, prefix="", depth=0):
    """An asset by flat keys, as it is checked: lists by their places, empty values left out."""
    if depth <= 6 and isinstance(value, dict) and (value or not prefix):
        for name, inner in value.items():
            yield from flat(inner, f"{prefix}.{name}" if prefix else name, depth + 1)
    elif depth <= 6 and isinstance(value, list):
        for place, inner in enumerate(value):
            yield from flat(inner, f"{prefix}.{place}", depth + 1)
    elif depth > 6 or (value is not None and value != ""):
        yield prefix, value


def forward(apps, schema_editor):
    """First those without columns, whose fields could have any name; then the lists."""
    connection = schema_editor.connection
    row = apps.get_model("onboarding", "UploadRow")
    after = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"{OTHERS[connection.vendor]} LIMIT {AT_ONCE}", [after])
            page = cursor.fetchall()
            if not page:
                break
            changed = [row(pk=pk, cells={"columns": [], "fields": dict(flat(json.loads(cells)))}) for pk, cells in page]
            row.objects.bulk_update(changed, ["cells"])
            after = page[-1][0]
        cursor.execute(LISTS[connection.vendor])


def backward(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(BACK[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0003_changes_of_many_meters_by_handlers")]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="layout",
            field=models.JSONField(
                default=dict, help_text="What was decided about reading the file (layout.ColumnLayout)."
            ),
        ),
        migrations.AlterField(
            model_name="uploadrow",
            name="cells",
            field=models.JSONField(
                help_text="The cells as they came (stored.RowCells); kept while somebody may change them.", null=True
            ),
        ),
        migrations.RunPython(forward, backward),
    ]
