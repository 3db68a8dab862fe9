"""A page's form as a browser would send it when somebody presses its button."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """Gathers the fields of every form of a page: name to the values that it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and "name" in values and self.forms:
            if values.get("type") not in {"checkbox", "radio"} or "checked" in values:
                self.forms[-1].setdefault(values["name"], []).append(values.get("value", ""))
        elif tag == "select":
            self._select, self._options = values.get("name", ""), []
        elif tag == "option" and self._select is not None:
            self._options.append((values.get("value", ""), "selected" in values))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select and self.forms:
            selected = [value for value, is_selected in self._options if is_selected]
            self.forms[-1][self._select] = selected or [value for value, _ in self._options[:1]]
            self._select = None


def form_with(page: str, name: str) -> dict[str, list[str]]:
    """The fields of the page's form that has a field whose name begins like this, as they are when the page opens."""
    fields = _Fields()
    fields.feed(page)
    return next(form for form in fields.forms if any(key.startswith(name) for key in form))
