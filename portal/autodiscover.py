"""Importing what registers itself: the rooms' modules are found by their names, and no list of them is kept."""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

# Coded texts; job handlers and periodic work; kinds of e-mail. Every room that has one calls it by this name.
FURNITURE = ("problems", "tasks", "notifications")


def autodiscover(app: str, *, also: Iterable[str] = ()) -> list[ModuleType]:
    """Import every module of the app's rooms, however deep, that has one of these names; returns them.

    Call it in the app's ready(): models can be imported by then.
    """
    names = {*FURNITURE, *also}
    return [import_module(name) for name in _modules(import_module(app)) if name.rpartition(".")[2] in names]


def _modules(package: ModuleType) -> Iterator[str]:
    """The full names of the modules in a package's rooms, by the files: nothing is imported for it."""
    for path in package.__path__:
        yield from _in_folder(Path(path), f"{package.__name__}.")


def _in_folder(folder: Path, prefix: str) -> Iterator[str]:
    for module in pkgutil.iter_modules([str(folder)], prefix):
        if module.ispkg:
            yield from _in_folder(folder / module.name.removeprefix(prefix), f"{module.name}.")
        else:
            yield module.name
