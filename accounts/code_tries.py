"""The tries of a code that came by mail: three for each code, and few for all codes to one email address.

allauth counts the wrong ones in the session, after it has compared: requests at the same instant all find the count of
before. Here a try is taken first. Whether the code was sent at all makes no difference: an address without an account
has the same number.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from common import ratelimit
from common.network_address import network_address_of

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

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a try; the code is compared inside. A right one spends nothing of its addresses.

        Raises `ValidationError`.
        """
        code = ratelimit.CODE_TRY, f"{self.purpose}:{self.email}:{self.sent_at!r}"
        address = ratelimit.CODE_ADDRESS, f"{self.purpose}:{self.email}"
        network = ratelimit.CODE_FROM, network_address_of(self.request)
        if ratelimit.consume(*code, source=self.request):
            raise get_adapter().validation_error(USED_UP)
        try:
            with ratelimit.one_try(address, network, source=self.request):
                yield
        except ratelimit.NoTryLeft as error:
            ratelimit.give_back(code)
            raise get_adapter().validation_error(SLOW_DOWN) from error
