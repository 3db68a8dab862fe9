"""The API's own URLs: its description, and a catch-all for unknown paths. They come last in the URLconf."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter
from drf_spectacular.views import SpectacularAPIView

from portal.api.middleware import API_PATH
from portal.api.views import ApiView, UnknownPath


class ApiPathConverter(StringConverter):
    """Matches any path below api/ or a version prefix such as v2/, whether that version exists or not."""

    regex = API_PATH


class ApiSchema(ApiView, SpectacularAPIView):
    """GET /api/schema."""


register_converter(ApiPathConverter, "api_path")

urlpatterns = [
    path("api/schema", ApiSchema.as_view(), name="api-schema"),
    path("<api_path:path>", UnknownPath.as_view(), name="api-unknown"),
]
