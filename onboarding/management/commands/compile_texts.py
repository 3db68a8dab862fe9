"""`manage.py compile_texts`: the customers' texts in every language, from .po to .mo, without GNU gettext."""

from django.core.management import BaseCommand

from onboarding.connect.texts import compile_catalogues


class Command(BaseCommand):
    """Compile what has changed; harmless to repeat."""

    help = "Compile the catalogues of the customers' texts (locale/*/LC_MESSAGES/django.po)."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        for path in compile_catalogues():
            if options["verbosity"]:
                self.stdout.write(f"Compiled {path}")
