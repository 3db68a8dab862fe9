"""Partners with their members, invitations and API keys."""

from collections.abc import Sequence

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import BaseModelFormSet, ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from portal.admin.base import AutocompleteAdmin, ReadOnlyAdmin, TableAdmin, changes_of, staff
from portal.events.domain import record
from portal.partners.models import ApiKey, Invitation, Membership, Partner, Role
from portal.partners.people import has_manager
from portal.partners.sandboxes import keep_in_step


class MembershipFormSet(BaseInlineFormSet):
    """The members of one partner; at least one manager must remain."""

    def clean(self) -> None:
        super().clean()
        partner = self.instance
        if partner.pk is None or not partner.is_active or not has_manager(partner) or any(self.errors):
            return
        kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data.get("user")]
        if not any(form.cleaned_data["role"] == Role.MANAGER and form.cleaned_data["user"].is_active for form in kept):
            raise ValidationError("A partner needs at least one manager. Make someone else a manager first.")


class MembershipInline(AutocompleteAdmin, admin.TabularInline):
    model = Membership
    formset = MembershipFormSet
    autocomplete_fields = ["user"]
    readonly_fields = ["created_at"]
    extra = 0


@admin.register(Partner)
class PartnerAdmin(TableAdmin, admin.ModelAdmin):
    list_display = [
        "name",
        "slug",
        "is_sandbox",
        "time_zone",
        "requires_two_factor",
        "is_active",
        "api_requests_per_minute",
        "created_at",
    ]
    list_filter = ["is_active", "requires_two_factor", ("sandbox_of", admin.EmptyFieldListFilter)]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["created_at"]
    inlines = [MembershipInline]

    @admin.display(description="sandbox", boolean=True, ordering="sandbox_of")
    def is_sandbox(self, row: Partner) -> bool:
        return row.is_sandbox

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A sandbox is looked at only: it follows its partner."""
        is_sandbox = isinstance(obj, Partner) and obj.is_sandbox
        return not is_sandbox and super().has_change_permission(request, obj)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Sequence[BaseModelFormSet], change: bool
    ) -> None:
        """Also for the sandbox, which has the same people and rules."""
        super().save_related(request, form, formsets, change)
        keep_in_step(form.instance, by=staff(request))

    def save_model(self, request: HttpRequest, obj: Partner, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data:
            verb = "partner.changed_by_staff" if change else "partner.created"
            record(verb, subject=obj, partner=obj, by=staff(request), data={"changes": changes_of(form)})

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        """Log for the partner which members our staff add, change and remove."""
        gone = [one.instance for one in formset.deleted_forms if one.instance.pk]
        for member in gone:
            self._record(request, "member.removed", member, {"email": member.user.email})
        super().save_formset(request, form, formset, change)
        for member in formset.new_objects:
            self._record(request, "member.joined", member, {"email": member.user.email, "role": member.role})
        for member, _ in formset.changed_objects:
            self._record(request, "member.role_changed", member, {"email": member.user.email, "role": member.role})

    def _record(self, request: HttpRequest, verb: str, member: Membership, data: dict[str, str]) -> None:
        record(verb, subject=member, partner=member.partner, by=staff(request), data=data)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "partner", "role", "created_at", "expires_at", "accepted_at", "withdrawn_at"]
    list_filter = ["partner"]
    search_fields = ["email"]
    exclude = ["token_hash"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "id", "last_four", "partner", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = ["partner"]
    exclude = ["secret_hash"]
