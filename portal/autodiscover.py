"""Imports the modules that register things: found by their file names in every room, without a list of them."""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

# Modules of problem codes; of job handlers and periodic work; of kinds of email; of checks of what the portal needs;
# of figures for Prometheus. Every room uses these names.
FURNITURE = ("problems", "tasks", "notifications", "checks", "metrics")


def autodiscover(app: str, *, also: Iterable[str] = ()) -> list[ModuleType]:
    """Import every module of the app's rooms, however deep, that has one of these names; returns them.

    Call it in the app's ready(): models can be imported by then.
    """
    names = {*FURNITURE, *also}
    return [import_module(name) for name in _modules(import_module(app)) if name.rpartition(".")[2] in names]


def _modules(package: ModuleType) -> Iterator[str]:
    """The full names of the modules in a package's rooms, read from the files without importing them."""
    for path in package.__path__:
        yield from _in_folder(Path(path), f"{package.__name__}.")


def _in_folder(folder: Path, prefix: str) -> Iterator[str]:
    for module in pkgutil.iter_modules([str(folder)], prefix):
        if module.ispkg:
            yield from _in_folder(folder / module.name.removeprefix(prefix), f"{module.name}.")
        else:
            yield module.name
