"""Partners, people, events and jobs in the Django admin."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Model
from django.http import HttpRequest

from portal.events.models import Event
from portal.jobs.models import Job
from portal.partners.models import ApiKey, Invitation, Membership, Partner, User

admin.site.site_header = "Partner portal"
admin.site.site_title = "Partner portal"
admin.site.index_title = "Catalogue, partners and people"


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
    list_display = ["name", "slug", "time_zone", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]


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
    list_display = ["at", "partner", "verb", "subject_type", "subject_id", "actor_label"]
    list_filter = ["partner", "verb"]
    search_fields = ["subject_id", "actor_label"]
    show_full_result_count = False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "partner", "state", "attempts", "done", "total", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["subject_id"]
    show_full_result_count = False
