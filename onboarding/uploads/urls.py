"""Pages of the uploads, and the program templates that are filled for them."""

from django.urls import path, re_path

from onboarding.uploads import template_views, views
from onboarding.uploads.columns import views as columns
from onboarding.uploads.corrections import views as corrections

urlpatterns = [
    path("uploads/", views.upload_list, name="uploads"),
    path("uploads/new/", views.upload_new, name="upload-new"),
    path("uploads/<uuid:pk>/", views.upload_detail, name="upload"),
    path("uploads/columns/", columns.memory_list, name="column-memories"),
    path("uploads/columns/<int:pk>/", columns.memory_detail, name="column-memory"),
    path("uploads/columns/<int:pk>/forget/", columns.memory_forget, name="column-memory-forget"),
    path("uploads/<uuid:pk>/columns/", columns.upload_columns, name="upload-columns"),
    path("uploads/<uuid:pk>/columns/again/", columns.upload_columns_again, name="upload-columns-again"),
    path("uploads/<uuid:pk>/values/", columns.upload_values, name="upload-values"),
    path("uploads/<uuid:pk>/sheet/", views.upload_other_sheet, name="upload-other-sheet"),
    path("uploads/<uuid:pk>/device/", views.upload_other_device, name="upload-other-device"),
    path("uploads/<uuid:pk>/confirm/", views.upload_confirm, name="upload-confirm"),
    path("uploads/<uuid:pk>/check-again/", views.upload_recheck, name="upload-recheck"),
    path("uploads/<uuid:pk>/discard/", views.upload_discard, name="upload-discard"),
    path("uploads/<uuid:pk>/take-back/", views.upload_withdraw, name="upload-withdraw"),
    path("uploads/<uuid:pk>/fix/", corrections.upload_fix, name="upload-fix"),
    path("uploads/<uuid:pk>/rows/", corrections.upload_rows, name="upload-rows"),
    path("uploads/<uuid:pk>/carry-over/", corrections.upload_carry_over, name="upload-carry-over"),
    path("uploads/<uuid:pk>/rows/<int:number>/", corrections.upload_row, name="upload-row"),
    path("uploads/<uuid:pk>/take-in/", corrections.upload_take_in, name="upload-take-in"),
    path("uploads/<uuid:pk>/fixed/", corrections.upload_fixed, name="upload-fixed"),
    path("uploads/<uuid:pk>/receipt/", views.upload_receipt_page, name="upload-receipt-page"),
    path("uploads/<uuid:pk>/rows-to-fix.xlsx", corrections.upload_to_fix, name="upload-to-fix"),
    re_path(
        r"^uploads/(?P<pk>[0-9a-f-]{36})/receipt\.(?P<format>csv|xlsx)$", views.upload_receipt, name="upload-receipt"
    ),
    re_path(
        r"^programs/(?P<identifier>[A-Za-z0-9_-]+)/template\.(?P<format>csv|xlsx)$",
        template_views.program_template,
        name="template",
    ),
    re_path(r"^templates\.(?P<format>csv|xlsx)$", template_views.templates, name="templates"),
]
