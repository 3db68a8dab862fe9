"""`manage.py extract_texts`: the customers' texts from code and templates into the .po that translators fill in."""

from argparse import ArgumentParser

from django.core.management import BaseCommand, CommandError

from onboarding.connect.texts import LOCALE, catalogue_bytes, write_catalogue


class Command(BaseCommand):
    """Bring the .po of each language up to date; translations are kept."""

    help = "Write the customers' texts into locale/*/LC_MESSAGES/django.po. --language adds one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", action="append", default=[], metavar="CODE", help="A new one, such as es.")
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when one is not up to date.")

    def handle(self, *args: object, **options: object) -> None:
        added: list[str] = list(options["language"])  # type: ignore[call-overload]  # argparse's list
        languages = sorted({path.name for path in LOCALE.iterdir() if path.is_dir()} | set(added))
        for language in languages:
            if options["check"]:
                _check(language)
            else:
                self.stdout.write(f"Wrote {write_catalogue(language)}")


def _check(language: str) -> None:
    known = (LOCALE / language / "LC_MESSAGES" / "django.po").read_bytes()
    if known != catalogue_bytes(language, known):
        raise CommandError(f"The texts in {language} are not up to date. Run: manage.py extract_texts")
