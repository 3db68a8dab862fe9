"""Pages that change many meters."""

from django.urls import path, re_path

from onboarding.bulk import views
from onboarding.bulk.participation import views as participation
from onboarding.bulk.references import views as references

urlpatterns = [
    path("meters/bulk/", views.bulk_ask, name="bulk-ask"),
    path("meters/bulk/<uuid:pk>/", views.bulk_action, name="bulk-action"),
    path("meters/bulk/<uuid:pk>/result.csv", views.bulk_result, name="bulk-result"),
    path("meters/bulk/<uuid:pk>/participation/", participation.participation_of_many, name="participation-of-many"),
    path("meters/references/", references.references, name="meters-references"),
    re_path(r"^meters/references\.(?P<format>csv|xlsx)$", references.references_file, name="meters-references-file"),
    path("meters/participation/", participation.participation_sheet, name="participation-sheet"),
    re_path(
        r"^meters/participation\.(?P<format>csv|xlsx)$", participation.participation_file, name="participation-file"
    ),
]
