"""The pages of a partner's people, and the page on which an invitation is accepted."""

import uuid

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.partners import domain, queries
from portal.partners.access import SESSION_KEY, Access, address_of, manager, member
from portal.partners.account_limits import remember_browser
from portal.partners.forms import InviteForm, NewPersonForm, RoleForm, RulesForm
from portal.partners.models import Invitation, Membership, Role, User
from portal.partners.rules import change_rules, people_without_two_factor
from portal.problems import Refused

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    access = member(request)
    return _people_page(request, access, InviteForm())


def _people_page(request: HttpRequest, access: Access, form: InviteForm, status: int = 200) -> HttpResponse:
    context = {
        "section": "people",
        "members": queries.members_of(access.partner),
        "roles": list(Role),
        "form": form,
        "invitations": queries.open_invitations_of(access.partner) if access.is_manager else [],
        "partners": queries.partners_of(access.user),
        "real": access.partner.sandbox_of,
    }
    return render(request, "partners/people.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The partner's time zone, and whether its people need a second step."""
    access = manager(request)
    partner = access.partner
    if partner.is_sandbox:
        return redirect("people")  # which says whose rules it follows
    initial = {"time_zone": partner.time_zone, "requires_two_factor": partner.requires_two_factor}
    form = RulesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = change_rules(partner, **form.cleaned_data, by=access.actor)
        messages.success(request, "Saved." if changed else "Nothing changed.")
        return redirect("partner-rules")
    context = {"section": "people", "form": form, "without": people_without_two_factor(partner)}
    return render(request, "partners/rules.html", context, status=422 if form.errors else 200)


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    access = manager(request)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people_page(request, access, form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    by = access.actor
    try:
        invitation, _ = domain.invite(access.partner, email=email, role=role, by=by, invited_by=access.user)
    except Refused as refusal:
        form.add_error("email", _words(refusal))
        return _people_page(request, access, form, status=422)
    except domain.MailNotSentError as failure:
        messages.error(request, str(failure))
    else:
        messages.success(request, f"We sent an invitation to {invitation.email}.")
    return redirect("people")


@require_POST
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    access = manager(request)
    membership = _membership(access, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose Manager or User.")
        return redirect("people")
    role = Role(form.cleaned_data["role"])
    try:
        domain.change_role(membership, role=role, by=access.actor)
    except Refused as refusal:
        messages.error(request, _words(refusal))
    else:
        messages.success(request, f"{membership.user} is now {role.label}.")
    return redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    access = manager(request)
    if request.method == "POST" and queries.was_removed(access.partner, pk):  # sent twice, or somebody was first
        messages.info(request, "This person is no longer a member.")
        return redirect("people")
    membership = _membership(access, pk)
    is_self = membership.user_id == access.user.pk
    if access.partner.is_sandbox:
        return redirect("people")
    if request.method != "POST":
        context = {"section": "people", "membership": membership, "is_self": is_self}
        return render(request, "partners/remove.html", context)
    try:
        domain.remove_member(membership, by=access.actor)
    except Refused as refusal:
        messages.error(request, _words(refusal))
        return redirect("people")
    if is_self:
        messages.success(request, f"You left {access.partner}.")
        return redirect("home")
    messages.success(request, f"{membership.user} is no longer a member of {access.partner}.")
    return redirect("people")


@require_POST
def invitation_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    access = manager(request)
    invitation = _invitation(access, pk)
    try:
        domain.withdraw_invitation(invitation, by=access.actor)
    except Refused as refusal:
        messages.error(request, _words(refusal))
    else:
        messages.success(request, f"Invitation to {invitation.email} withdrawn. Its link no longer works.")
    return redirect("people")


@require_POST
def invitation_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    access = manager(request)
    invitation = _invitation(access, pk)
    try:
        domain.send_again(invitation, by=access.actor)
    except Refused as refusal:
        messages.error(request, _words(refusal))
    except domain.MailNotSentError as failure:
        messages.error(request, str(failure))
    else:
        messages.success(request, f"We sent a new invitation to {invitation.email}. The earlier link no longer works.")
    return redirect("people")


@require_POST
def partner_switch(request: HttpRequest) -> HttpResponse:
    access = member(request)
    try:
        wanted = uuid.UUID(request.POST.get("partner", ""))
    except ValueError:
        raise Http404 from None
    partner = get_object_or_404(queries.partners_of(access.user), pk=wanted)
    request.session[SESSION_KEY] = str(partner.pk)
    messages.success(request, f"You’re now working with {partner}.")
    return redirect("home")  # the page before may show what the other partner cannot see


@login_not_required  # the token is the access: whoever holds the link may see whom it is for
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = domain.find_invitation(token)
    user = request.user
    if invitation is None:
        return render(request, "partners/invitation_closed.html", {"is_known": False}, status=404)
    if isinstance(user, User):
        return _accept(request, invitation, token, user)
    if not domain.is_open(invitation):
        return _closed(request)
    if domain.account_of(invitation.email):
        messages.info(request, f"Sign in as {invitation.email} to join {invitation.partner}.")
        return redirect_to_login(request.path)
    return _join(request, invitation, token)


def _accept(request: HttpRequest, invitation: Invitation, token: str, user: User) -> HttpResponse:
    """Somebody who is signed in: ask, then join; or say for whom the invitation is."""
    if request.method == "POST":
        try:
            membership = domain.accept_invitation(token, user=user, address=address_of(request))
        except Refused as refusal:
            if refusal.problems[0].code == "INVITATION_CLOSED":
                return _closed(request)
        else:
            return _welcome(request, membership)
    if not domain.is_open(invitation):
        return _closed(request)
    context = {
        "invitation": invitation,
        "role": Role(invitation.role),
        "is_theirs": domain.is_address_of(user, invitation.email),
    }
    return render(request, "partners/invitation.html", context, status=409 if request.method == "POST" else 200)


def _join(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Somebody new: a name and a password, then in."""
    form = NewPersonForm(request.POST if request.method == "POST" else None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            user, membership = domain.join_as_new_person(
                token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                address=address_of(request),
            )
        except Refused:
            return _closed(request)
        login(request, user, backend=_BACKEND)
        response = _welcome(request, membership)
        remember_browser(request, response, user)
        return response
    context = {"invitation": invitation, "role": Role(invitation.role), "form": form}
    return render(request, "partners/join.html", context, status=422 if form.errors else 200)


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[SESSION_KEY] = str(membership.partner_id)
    messages.success(request, f"Welcome to {membership.partner}.")
    return redirect("home")


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "partners/invitation_closed.html", {"is_known": True}, status=410)


def _membership(access: Access, pk: int) -> Membership:
    return get_object_or_404(queries.members_of(access.partner), pk=pk)


def _invitation(access: Access, pk: uuid.UUID) -> Invitation:
    return get_object_or_404(access.partner.invitations.select_related("partner"), pk=pk)


def _words(refusal: Refused) -> str:
    return " ".join(f"{problem.text} {problem.remedy}" for problem in refusal.problems)
