"""The API's own addresses: its description, and whatever is no operation of any room. They come last of all."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter
from drf_spectacular.views import SpectacularAPIView

from portal.api.views import UnknownPath


class ApiPathConverter(StringConverter):
    """A path below api/ or a version of the API, such as v2/, whether there is such a version or not."""

    regex = r"(?:api|v[0-9][^/]*)(?:/[\s\S]*)?"


register_converter(ApiPathConverter, "api_path")

urlpatterns = [
    path("api/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("<api_path:path>", UnknownPath.as_view(), name="api-unknown"),
]
