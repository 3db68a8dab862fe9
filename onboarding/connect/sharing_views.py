"""What customers can do later: see what they share, take it back, read what they signed."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.connect import journey, languages
from onboarding.connect.choices import EndReason
from onboarding.connect.customer_emails import is_email, session_of_token
from onboarding.connect.customer_frame import frame, public, speak_by_email, stopped
from onboarding.connect.ending import end
from onboarding.connect.models import Signature
from onboarding.connect.sharing import email_links, sharing_of
from portal.partners.access import address_of
from portal.problems import Problem, shown
from portal.web.downloads import stored_file


@public(most=600, name="manage")
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a customer authorized and signed, by the emailed link; here it is revoked."""
    session = session_of_token(token)
    if session is None:
        return stopped(request, Problem("CONNECT_LINK_UNKNOWN"), status=404)
    speak_by_email(request, session)
    if request.method == "POST" and "authorization" not in request.POST and languages.CHOSEN in request.POST:
        return redirect("connect-manage", token=token)
    sharing = sharing_of(session)
    if request.method == "POST":
        wanted = request.POST.get("authorization", "")
        chosen = next((row.authorization for row in sharing.utilities if str(row.authorization.pk) == wanted), None)
        if chosen is None:
            raise Http404
        address = address_of(request)
        if "confirmed" not in request.POST or languages.CHOSEN in request.POST:
            context = frame(session.link) | {"authorization": chosen, "token": token}
            return render(request, "connect/public/revoke.html", context)
        end(chosen, EndReason.BY_CUSTOMER, by=journey.customer(address), address=address)
        return redirect("connect-manage", token=token)
    context = frame(session.link) | {"session": session, "token": token, "sharing": sharing}
    return render(request, "connect/public/manage.html", context)


@public(most=30, name="mine")
@require_http_methods(["GET", "HEAD", "POST"])
def ask_link(request: HttpRequest) -> HttpResponseBase:
    """Ask for the link to what one shares. The answer is the same whether or not the address is known."""
    email = request.POST.get("email", "").strip()[:254]
    context = frame(None) | {"email": email, "languages": languages.offered(reverse("connect-mine"))}
    if request.method != "POST":
        return render(request, "connect/public/mine.html", context)
    if not is_email(email):
        problem = Problem("CONNECT_EMAIL_UNUSABLE", "email", shown(email))
        problems = [problem if email else Problem("CONNECT_EMAIL_MISSING", "email")]
        return render(request, "connect/public/mine.html", context | {"problems": problems}, status=422)
    email_links(email)
    return render(request, "connect/public/mine_sent.html", context)


@public(most=600, name="manage")
@require_safe
def signed_document(request: HttpRequest, token: str, pk: UUID) -> HttpResponseBase:
    """The PDF of something that the customer signed."""
    session = session_of_token(token)
    signature = Signature.objects.filter(session=session, pk=pk).first() if session else None
    if signature is None:
        raise Http404
    name = signature.file_name
    return stored_file(signature.file, file_name=name, content_type="application/pdf", as_attachment=False)
