"""WhiteNoise, answering with plain responses."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Serves static files whole.

    WhiteNoise answers with a synchronous stream, which Django under ASGI reads to its end anyway, with a warning a
    file. Ours are small, so they are read at once. It also warns when STATIC_ROOT does not exist, which is the usual
    case here: files are found where they are, without a collection step.
    """

    def add_files(self, root: str, prefix: str | None = None) -> None:
        """Serve the files below `root`, if it exists."""
        if Path(root).is_dir():
            super().add_files(root, prefix)

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """Answer a request for a file."""
        answer = static_file.get_response(request.method, request.META)
        body = b""
        if answer.file is not None:
            with answer.file as file:
                body = file.read()
        response = HttpResponse(body, status=int(answer.status))
        del response["Content-Type"]
        for name, value in answer.headers:
            response[name] = value
        return response
