"""Where a person is signed in, and signing out there."""

from typing import Any

from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.events.actors import Actor
from portal.partners.access import address_of
from portal.partners.browsers import browser_of
from portal.partners.models import User
from portal.partners.people import record_of_person


class SessionList(ListUserSessionsView):
    """The library's page with named browsers: this session on top, then the newest."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.browser = browser_of(session.user_agent)
        context["sessions"].sort(key=lambda session: (session.is_current(), session.last_seen_at), reverse=True)
        return context


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out in one other place; a session that has ended meanwhile is ended."""
    user = request.user
    assert isinstance(user, User)  # the middleware lets nobody else in
    session = UserSession.objects.filter(user=user, pk=pk).exclude(session_key=request.session.session_key).first()
    if session:
        session.end()
        by = Actor.person(user, address=address_of(request))
        record_of_person("person.signed_out_elsewhere", user, by=by, data={"address": session.ip})
    messages.success(request, "Signed out on that device.")
    return redirect("usersessions_list")
