"""What utilities' systems call: the notification that data is ready."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from onboarding.connect import feeds
from onboarding.connect.collect import notified
from onboarding.green_button.batch_list import read_batch_list
from onboarding.green_button.problems import FeedRefused
from portal.partners.access import address_of
from portal.problems import Problem
from portal.security.limits import within_limit
from programs.models import UtilityConnection

_MOST_BYTES = 256 * 1024
_MOST_PER_HOUR = 3_000


def _refused(problem: Problem, status: int) -> JsonResponse:
    return JsonResponse({"code": problem.code, "message": problem.text, "remedy": problem.remedy}, status=status)


@csrf_exempt
@login_not_required
@require_POST
def notify(request: HttpRequest, code: str) -> HttpResponse:
    """A utility's notification (ESPI): a list of resources that have news. It is believed only as far as that we look.

    Whether a resource is known here is not told: the answer is the same. 404 for a utility that sends none, 400 for
    what is no list, 403 for addresses that are not the utility's.
    """
    if not within_limit("connect.notify", address_of(request), most=_MOST_PER_HOUR, per=timedelta(hours=1)):
        return _refused(Problem("CONNECT_TOO_MANY"), 429)
    connections = UtilityConnection.objects.filter(utility__code=code, is_active=True, notifies=True)
    connection = connections.first()
    if connection is None:
        return HttpResponse(status=404)
    try:
        content = request.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            return _refused(Problem("NOTIFICATION_UNREADABLE"), 413)
        resources = read_batch_list(content).uris
    except (FeedRefused, OSError):
        return _refused(Problem("NOTIFICATION_UNREADABLE"), 400)
    if any(not feeds.is_below(uri, connection.resource_url) for uri in resources):
        return _refused(Problem("NOTIFICATION_OF_OTHER_HOST"), 403)
    notified(list(resources), code=code)
    return HttpResponse(status=202)
