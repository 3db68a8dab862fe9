"""Fill the catalogue from its seed file; safe to repeat."""

from django.core.management import BaseCommand

from programs.seeding.domain import seed_catalogue


class Command(BaseCommand):
    help = "Bring the seed file's programs, fields and periods in; never overwrites what an admin changed or deleted."

    def handle(self, *args: object, **options: object) -> None:
        done = seed_catalogue()
        if options["verbosity"]:
            self.stdout.write(
                f"Catalogue: {done['created']} created, {done['updated']} updated, "
                f"{done['withdrawn']} withdrawn, {done['left']} left as they are."
            )
