"""The admin's front page and side bar: tables by what people do with them, each history beside its table."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

GROUPS = ("Catalogue", "Partners", "Work", "Log")
_OTHER = "Partners"  # the tables of libraries: people, and how they sign in


def tables_by_group(site: AdminSite, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
    """Django's list of apps with their tables, as groups. A model admin names its group in `group`.

    An admin of historical records names the table that they are of in `history_of`; it is no line of its own.
    """
    apps = AdminSite.get_app_list(site, request, app_label)
    if app_label is not None:
        return [{**app, "models": _tables(site, app["models"])} for app in apps]
    tables = _tables(site, [model for app in apps for model in app["models"]])
    grouped = [(group, [table for table in tables if table["group"] == group]) for group in GROUPS]
    return [
        {"name": group, "app_label": group.lower(), "app_url": "", "has_module_perms": True, "models": models}
        for group, models in grouped
        if models
    ]


def _tables(site: AdminSite, models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    histories = {
        site.get_model_admin(line["model"]).history_of: line["admin_url"]  # type: ignore[attr-defined]  # asked below
        for line in models
        if _is_history(site, line)
    }
    return [
        {
            **line,
            "group": getattr(site.get_model_admin(line["model"]), "group", _OTHER),
            "history_url": histories.get(line["model"], ""),
        }
        for line in sorted(models, key=lambda line: str(line["name"]).lower())
        if not _is_history(site, line)
    ]


def _is_history(site: AdminSite, line: dict[str, Any]) -> bool:
    return hasattr(site.get_model_admin(line["model"]), "history_of")
