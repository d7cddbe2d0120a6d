"""What views that answer in JSON have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from common.json_body import PayloadError
from rooms.errors import NotPossible, WrongEpoch

JsonView = Callable[..., HttpResponse]


def json_errors(view: JsonView) -> JsonView:
    """Answer the errors of a JSON view as {reason, message}: 400 for a bad body, 409 for what is not possible."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except PayloadError as error:
            return JsonResponse({"reason": "bad_request", "message": str(error)}, status=400)
        except WrongEpoch as error:
            return JsonResponse({"reason": "wrong_epoch", "message": str(error)}, status=409)
        except NotPossible as error:
            return JsonResponse({"reason": "not_possible", "message": str(error)}, status=409)

    return wrapped
