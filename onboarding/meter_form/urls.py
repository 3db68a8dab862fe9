"""Pages for one meter at a time."""

from django.urls import path, re_path

from onboarding.meter_form import fill_views, views

urlpatterns = [
    path("meters/fill/<str:identifier>/<str:field>/", fill_views.fill_field, name="fill"),
    path("meters/new/", views.entry_start, name="entry-start"),
    re_path(r"^meters/new/(?P<identifier>[A-Za-z0-9_-]+)/$", views.entry_new, name="entry-new"),
    path("meters/<uuid:pk>/edit/", views.entry_edit, name="entry-edit"),
    path("meters/drafts/", views.entry_drafts, name="entry-drafts"),
    path("meters/drafts/<uuid:pk>/", views.entry_draft, name="entry-draft"),
    path("meters/drafts/<uuid:pk>/check/", views.entry_check, name="entry-check"),
    path("meters/drafts/<uuid:pk>/discard/", views.entry_discard, name="entry-discard"),
]
