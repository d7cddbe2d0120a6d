"""The reader's time zone, in which pages and the admin site show times."""

from datetime import datetime, timedelta, tzinfo
from functools import cached_property

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from common.times import zone_of

from .models import User


class ReaderZone(tzinfo):
    """The zone of a request's person. Asks the session who that is only when the first time is shown."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def zone(self) -> tzinfo:
        """The person's zone; the site's for others."""
        user = self._request.user
        return zone_of(user.time_zone if isinstance(user, User) else "")

    def fromutc(self, moment: datetime) -> datetime:
        return self.zone.fromutc(moment.replace(tzinfo=self.zone))

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return self.zone.utcoffset(moment)

    def dst(self, moment: datetime | None) -> timedelta | None:
        return self.zone.dst(moment)

    def tzname(self, moment: datetime | None) -> str | None:
        return self.zone.tzname(moment)

    def __str__(self) -> str:  # databases get it by this name
        return str(self.zone)


class TimeZoneMiddleware(MiddlewareMixin):
    """Activates the reader's time zone for a request."""

    def process_request(self, request: HttpRequest) -> None:
        timezone.activate(ReaderZone(request))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        timezone.deactivate()
        return response
