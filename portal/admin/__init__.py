"""Partners, people, the event log and jobs in the Django admin."""

from functools import partial

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin

from portal.admin import log, operations, partners, people  # noqa: F401  imported for their registrations
from portal.admin.menu import tables_by_group

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = "Catalogue, partners and people"
admin.site.get_app_list = partial(tables_by_group, admin.site)  # type: ignore[method-assign]  # how Django lets it be replaced
# Staff sign in through the portal's own page, which asks for the second step and limits tries.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it
