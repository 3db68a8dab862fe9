"""`manage.py periodic`: run the periodic work that is due."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser

from portal.jobs.periodic import periodic_tasks, run_periodic_tasks


class Command(BaseCommand):
    """Run what is due, once; safe beside a beat and workers. With --list, show every task."""

    help = "Do the periodic work that is due, once. --list names all of it: name, interval, module."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="Only name it.")

    def handle(self, *args: object, **options: object) -> None:
        if not options["list"]:
            self.stdout.write(f"Pieces of work that were due: {run_periodic_tasks()}.")
            return
        tasks = periodic_tasks()
        width = max(len(task.name) for task in tasks)
        for task in tasks:
            self.stdout.write(f"{task.name:<{width}}  every {_interval_text(task.interval):<6}  {task.module}")


def _interval_text(interval: timedelta) -> str:
    """The interval in the largest unit of which it is a whole number."""
    seconds = int(interval.total_seconds())
    size, unit = next(one for one in ((3600, "h"), (60, "min"), (1, "s")) if seconds % one[0] == 0)
    return f"{seconds // size} {unit}"
