"""Pages that follow a job: htmx asks for their moving part, and takes the whole page once the work is over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def takes_whole_page(answer: HttpResponse) -> HttpResponse:
    """The answer to a poll for a part, which is a whole page: htmx puts its main part and its title in the place of
    what is there, without a reload that would lose where the reader is."""
    answer["HX-Retarget"] = answer["HX-Reselect"] = "#main"
    answer["HX-Reswap"] = "outerHTML"
    return answer


def is_poll(request: HttpRequest) -> bool:
    """Whether htmx asks, for the moving part of a page that is shown."""
    return bool(request.htmx)  # type: ignore[attr-defined]  # set by django-htmx


def leads_on(request: HttpRequest, path: str) -> HttpResponse:
    """To another page, also when htmx asks: it would put a redirect's page into the place of the moving part."""
    if not is_poll(request):
        return redirect(path)
    answer = HttpResponse()
    answer["HX-Redirect"] = path
    return answer
