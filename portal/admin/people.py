"""People and how they sign in. Every action of our staff is logged for each of the person's partners."""

from allauth.account import admin as _account  # noqa: F401  registers what is replaced below
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa  # noqa: F401  registers what is replaced below
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _sessions  # noqa: F401  registers what is replaced below
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from portal.admin.base import ReadOnlyAdmin, TableAdmin, changes_of, staff
from portal.partners.models import User
from portal.partners.people import move_sign_in_address, needed_as_manager, record_of_person, remove_second_step


class _EmailForm(forms.ModelForm):
    """An email address in lower case that nobody else signs in with."""

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        others = User.objects.filter(email=email).exclude(pk=self.instance.pk)
        addresses = EmailAddress.objects.filter(email=email).exclude(user=self.instance.pk)
        if others.exists() or addresses.exists():
            raise forms.ValidationError("Someone else already has this address.")
        return email


class NewUserForm(_EmailForm, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]
        field_classes = {"email": forms.EmailField}


class UserForm(_EmailForm, UserChangeForm):
    def clean_is_active(self) -> bool:
        is_active = bool(self.cleaned_data["is_active"])
        needing = [] if is_active or not self.instance.is_active else needed_as_manager(self.instance)
        if needing:
            names = ", ".join(str(partner) for partner in needing)
            raise forms.ValidationError(f"The only manager of {names}. Make someone else a manager there first.")
        return is_active


@admin.register(User)
class UserAdmin(TableAdmin, DjangoUserAdmin):
    """Nobody is deleted here, since their name is shown beside their work. Deactivate them instead."""

    form = UserForm
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

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data or not change:
            move_sign_in_address(obj)
        if change and form.changed_data:
            data = {"email": obj.email, "changes": changes_of(form)}
            record_of_person("person.changed_by_staff", obj, by=staff(request), data=data)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        user = self.get_object(request, unquote(id))
        before = user.password if user else ""
        response = super().user_change_password(request, id, form_url)
        user = self.get_object(request, unquote(id))
        if user and user.password != before:
            record_of_person("person.password_changed", user, by=staff(request), data={"email": user.email})
        return response


for replaced in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(replaced)  # the library's own pages show secrets, keep no log, and know only usernames


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnlyAdmin):
    """Addresses with which people sign in. The main one is changed at the person."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__email", "user__name"]
    actions = ["mark_verified"]

    def has_mark_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("account.change_emailaddress")

    @admin.action(description="Mark as confirmed", permissions=["mark"])
    def mark_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        for address in queryset.filter(verified=False).select_related("user"):
            if not address.set_verified():
                self.message_user(request, f"{address.email} belongs to another account.", messages.ERROR)
                continue
            data = {"email": address.email}
            record_of_person("person.email_confirmed_by_staff", address.user, by=staff(request), data=data)
            self.message_user(request, f"{address.email} is confirmed.")


class _RemovableAdmin(ReadOnlyAdmin):
    """Rows that can be viewed and deleted, one or many."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        for row in queryset.select_related("user"):
            self.delete_model(request, row)


@admin.register(Authenticator)
class AuthenticatorAdmin(_RemovableAdmin):
    """Second steps, without their secrets. Delete one when its owner has lost it."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        remove_second_step(obj, by=staff(request))


@admin.register(UserSession)
class UserSessionAdmin(_RemovableAdmin):
    """Where people are signed in. Deleting a session signs the person out there."""

    list_display = ["user", "created_at", "last_seen_at", "ip", "user_agent"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name", "ip"]
    fields = ["user", "created_at", "last_seen_at", "ip", "user_agent"]

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()
        data = {"email": obj.user.email, "address": obj.ip}
        record_of_person("person.signed_out_by_staff", obj.user, by=staff(request), data=data)
