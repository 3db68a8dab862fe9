"""Partners, people, events and jobs in the Django admin."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Model
from django.http import HttpRequest

from portal.events.actors import Actor
from portal.events.domain import record
from portal.events.models import Event, LogCheck
from portal.jobs.models import Job
from portal.partners.access import address_of
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User

admin.site.site_header = "Partner portal"
admin.site.site_title = "Partner portal"
admin.site.index_title = "Catalogue, partners and people"
# Staff sign in at the portal's own door, with its second step and its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that are looked at and never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Partner)
class PartnerAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "time_zone", "requires_two_factor", "is_active", "created_at"]
    list_filter = ["is_active", "requires_two_factor"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            verb = "partner.changed_by_staff" if change else "partner.created"
            record(verb, subject=obj, partner=obj, by=_staff(request), data={"changes": _changes(form)})

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Members whom our staff add, change and remove stand in the partner's log."""
        gone = [one.instance for one in formset.deleted_forms if one.instance.pk]
        for member in gone:
            self._record(request, "member.removed", member, {"email": member.user.email})
        super().save_formset(request, form, formset, change)
        for member in formset.new_objects:
            self._record(request, "member.joined", member, {"email": member.user.email, "role": member.role})
        for member, _ in formset.changed_objects:
            self._record(request, "member.role_changed", member, {"email": member.user.email, "role": member.role})

    def _record(self, request: HttpRequest, verb: str, member: Membership, data: dict[str, str]) -> None:
        record(verb, subject=member, partner=member.partner, by=_staff(request), data=data)


def _staff(request: HttpRequest) -> Actor:
    """The `by=` of what our staff do here."""
    return Actor.person(request.user, address=address_of(request))  # type: ignore[arg-type]  # the admin has let them in


def _changes(form: Any) -> dict[str, list[Any]]:
    """Old and new value of each field of a form that was changed, as JSON."""
    return {name: [str(form.initial.get(name, "")), str(form.cleaned_data[name])] for name in form.changed_data}


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]
        field_classes = {"email": forms.EmailField}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    readonly_fields = ["date_joined", "last_login"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Times", {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "partner", "role", "created_at", "expires_at", "accepted_at", "withdrawn_at"]
    list_filter = ["partner"]
    search_fields = ["email"]
    exclude = ["token_hash"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "id", "last_four", "partner", "created_at", "last_used_at", "revoked_at"]
    list_filter = ["partner"]
    exclude = ["secret_hash"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "partner", "verb", "subject_type", "subject_id", "actor_label", "address"]
    list_filter = ["partner", "verb"]
    search_fields = ["subject_id", "actor_label"]
    show_full_result_count = False


@admin.register(LogCheck)
class LogCheckAdmin(ReadOnlyAdmin):
    list_display = ["at", "events", "head", "findings"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "partner", "state", "attempts", "done", "total", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["subject_id"]
    show_full_result_count = False
