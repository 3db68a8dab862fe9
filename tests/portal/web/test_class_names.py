"""Where the names of CSS classes are found in templates, code and scripts."""

import pytest

from portal.web.class_names import ClassNames

KNOWN = {"btn", "btn-primary", "card", "form-select", "w-auto"}


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ('<a class="btn btn-primary">card</a>', {"btn", "btn-primary"}),
        ("<a class='btn'>", {"btn"}),
        ('<a class="{% if done == "yes" %}card{% else %}btn{% endif %}" id="w-auto">', {"card", "btn"}),
        ('{% include "a.html" with css="btn btn-primary" %}', {"btn", "btn-primary"}),
        ("<td class=\"{{ field|default:'w-auto' }}\">", {"w-auto"}),
        ("{% block main_class %}card{% endblock %}", {"card"}),
        ('<li data-class="card">', {"card"}),
        ('{# <a class="btn"> #}{% comment %}<a class="card">{% endcomment %}', set()),
        ("<p>Choose a card</p>", set()),
    ],
)
def test_classes_of_a_template(template: str, names: set[str]) -> None:
    named = ClassNames()

    named.read_template(template)

    assert named.names & KNOWN == names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('attrs={"class": "form-select w-auto"}', {"form-select", "w-auto"}),
        ("return f'<td class=\"{css} btn\">{value}</td>'", {"btn"}),
        ('css_class = "card"', {"card"}),
        ('raise ValueError("No card")', set()),
    ],
)
def test_classes_of_code(code: str, names: set[str]) -> None:
    named = ClassNames()

    named.read_code(code, KNOWN)

    assert named.names & KNOWN == names


def test_class_of_a_script_is_any_of_its_words() -> None:
    named = ClassNames()

    named.read_script('zone.classList.add("is-over", `card`)')

    assert {"is-over", "card"} <= named.names


def test_class_that_ends_in_a_variable_has_every_ending_that_is_a_word() -> None:
    named = ClassNames()

    named.read_template('<b class="tag tag-{{ tone }}">{{ word }}</b>')
    named.read_code('DANGER = "danger", "It is on fire"', set())

    assert [name in named for name in ("tag-danger", "tag-fire", "tag-success", "danger")] == [True, True, False, False]
