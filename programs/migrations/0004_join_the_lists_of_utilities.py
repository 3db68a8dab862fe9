from django.db import migrations
from django.db.models import Q

LIST, FIELD = "utility_name", "utility.utility_name"
CARRIED = ("synonyms", "is_offered", "position")


def join(apps, schema_editor):
    lists = apps.get_model("programs", "ChoiceList").objects
    for choice_list in lists.filter(Q(name=LIST) | Q(fields__path=FIELD)).distinct():
        _join(apps, choice_list)
        choice_list.is_of_utilities = True
        choice_list.save()
    _carry_seed_records(apps)


def _join(apps, choice_list):
    """Each value becomes a utility, or what an admin said of it becomes the utility's."""
    utility_model, records = apps.get_model("programs", "Utility"), apps.get_model("programs", "SeedRecord").objects
    seeded = {record.key: record.values for record in records.filter(kind__in=["choice", "utility"])}
    utilities = {utility.code: utility for utility in utility_model.objects.all()}
    choices = list(choice_list.choices.all())
    for choice in choices:
        utility = utilities.get(choice.value) or utility_model(
            code=choice.value, name=choice.label, source=f"value of the list {choice_list.name}"
        )
        _take_label(utility, choice, seeded)
        utility.synonyms, utility.position = _with_label(utility, choice), choice.position
        utility.is_offered = choice.is_offered
        utility.save()
    offered = {choice.value for choice in choices}
    for code, utility in utilities.items():
        if code not in offered and f"{LIST}/{code}" in seeded:  # an admin took it off the list
            utility.is_offered = False
            utility.save()


def _take_label(utility, choice, seeded):
    """An admin's label becomes the name, unless the name is an admin's too."""
    label_was = seeded.get(f"{LIST}/{choice.value}", {}).get("label")
    name_was = seeded.get(choice.value, {}).get("name")
    if label_was is not None and choice.label != label_was and utility.name == name_was:
        utility.name = choice.label


def _with_label(utility, choice):
    """The synonyms. A label that is not the name was accepted before, and still is."""
    label = [choice.label] if choice.label != utility.name and choice.label not in choice.synonyms else []
    return [*choice.synonyms, *label]


def _carry_seed_records(apps):
    """What the seed wrote into the values is what it wrote into the utilities: what an admin changed stays seen."""
    records = apps.get_model("programs", "SeedRecord").objects
    for record in records.filter(kind="choice", key__startswith=f"{LIST}/"):
        utility = records.filter(kind="utility", key=record.key.removeprefix(f"{LIST}/")).first()
        if utility is not None:
            utility.values |= {name: record.values[name] for name in CARRIED if name in record.values}
            utility.save()
        record.delete()


def part(apps, schema_editor):
    """The values again, made from the utilities. What was seeded is not known any more: the seed leaves them alone."""
    lists, choices, utilities, records = (
        apps.get_model("programs", name).objects for name in ("ChoiceList", "Choice", "Utility", "SeedRecord")
    )
    for choice_list in lists.filter(is_of_utilities=True):
        choice_list.choices.all().delete()
        for utility in utilities.all():
            choices.create(
                choice_list=choice_list,
                value=utility.code,
                label=utility.name,
                synonyms=utility.synonyms,
                is_offered=utility.is_offered,
                position=utility.position,
            )
        choice_list.is_of_utilities = False
        choice_list.save()
    for record in records.filter(kind="utility"):
        record.values = {name: value for name, value in record.values.items() if name not in CARRIED}
        record.save()


class Migration(migrations.Migration):
    """The values of the list of utilities move into the table of utilities, with what admins changed of them.

    Published codes stay. A utility that an admin had taken off the list is not offered any more. The values of the list
    stay as well while version 0.2.0 may still run, which checks utilities by them; this version does not look at them.
    """

    dependencies = [
        ("programs", "0003_utilities_as_one_list"),
    ]

    operations = [migrations.RunPython(join, part)]
