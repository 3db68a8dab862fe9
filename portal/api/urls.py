"""The API's own pages: its schema."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [path("api/schema", login_not_required(SpectacularAPIView.as_view()), name="api-schema")]
