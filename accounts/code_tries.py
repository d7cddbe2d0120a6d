"""The tries of a code that came by mail: three for each code, and few for all codes to one email address.

allauth counts the wrong ones in the session, after it has compared: requests at the same instant all find the count of
before. Here a try is taken first. Whether the code was sent at all makes no difference: an address without an account
has the same number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from common import ratelimit
from common.network_address import network_address_of
from common.ratelimit import Limit

USED_UP = "used_up"  # the form error of a code without a try left
SLOW_DOWN = "slow_down"  # of an email or network address that tried too much; the code has its tries still


@dataclass(frozen=True, slots=True)
class CodeTries:
    """The tries of one code. `purpose` is what the code is for."""

    request: HttpRequest
    purpose: str
    email: str
    sent_at: float

    @classmethod
    def of(cls, request: HttpRequest, purpose: str, state: Mapping[str, Any]) -> "CodeTries":
        """Return those of allauth's process with this state, which a copy of the session has, too."""
        return cls(request, purpose, ratelimit.same_email(state["email"]), state["at"])

    def take(self) -> None:
        """Take a try. Raises `ValidationError`."""
        code = ratelimit.CODE_TRY, f"{self.purpose}:{self.email}:{self.sent_at!r}"
        if ratelimit.consume(*code, source=self.request):
            raise get_adapter().validation_error(USED_UP)
        if ratelimit.consume_all(*self._addresses(), source=self.request):
            ratelimit.give_back(code)
            raise get_adapter().validation_error(SLOW_DOWN)

    def succeed(self) -> None:
        """Give back what only those who guess spend."""
        ratelimit.give_back(*self._addresses())

    def _addresses(self) -> tuple[tuple[Limit, str], ...]:
        address = ratelimit.CODE_ADDRESS, f"{self.purpose}:{self.email}"
        return address, (ratelimit.CODE_FROM, network_address_of(self.request))
