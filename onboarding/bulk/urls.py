"""Pages that change many meters."""

from django.urls import path, re_path

from onboarding.bulk import views
from onboarding.bulk.sheets import views as sheets
from onboarding.bulk.sheets.spec import sheet_actions

_SLUG = "|".join(handler.slug for handler in sheet_actions())

urlpatterns = [
    path("meters/bulk/", views.bulk_ask, name="bulk-ask"),
    path("meters/bulk/<uuid:pk>/", views.bulk_action, name="bulk-action"),
    path("meters/bulk/<uuid:pk>/result.csv", views.bulk_result, name="bulk-result"),
    path("meters/bulk/<uuid:pk>/participation/", views.participation_of_many, name="participation-of-many"),
    re_path(rf"^meters/(?P<slug>{_SLUG})/$", sheets.sheet_page, name="bulk-sheet"),
    re_path(rf"^meters/(?P<slug>{_SLUG})\.(?P<format>csv|xlsx)$", sheets.sheet_file, name="bulk-sheet-file"),
]
