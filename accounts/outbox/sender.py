"""Sends what waits in the outbox, in a few threads of each server process.

A request that adds an email wakes a thread once its transaction is committed; what is left from before, from other
processes or from commands is found by looking every few seconds. While no mail server answers, nothing but these
threads waits for it, and no email loses a try.
"""

import atexit
import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread, Timer
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, InterfaceError, connections

from accounts.authentication.encryption import NotReadable
from accounts.models import Mail
from common.metrics import MAILS

from . import queue

logger = logging.getLogger(__name__)

OUTBOX = "accounts.outbox.backend.EmailBackend"
THREADS = 4  # at once, from one process
LOOK_SECONDS = 5.0  # between two looks at what is due
LONGEST_SECONDS = 90.0  # for one email; less than `queue.LEASE`
AWAY_SECONDS = (2.0, 30.0)  # between two tries to reach a mail server that does not answer: at first, at most
STOP_SECONDS = 0.7  # for the emails that are being sent when the process ends
REFUSED_FOR_GOOD = 500  # and above, of a receiver or a content (RFC 5321 §4.2.1)


class ServerAway(Exception):
    """No mail server could be reached, or it broke off."""


class Sender:
    """The threads of one process."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._calls = 0
        self._stopping = False
        self._away_until = 0.0
        self._pause = 0.0
        self._threads: list[Thread] = []

    def start(self) -> None:
        """Start the threads, once."""
        with self._changed:
            if self._threads or self._stopping:
                return
            self._threads = [
                Thread(target=self._work, args=(number == 0,), name=f"outbox-{number}", daemon=True)
                for number in range(THREADS)
            ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Let one thread look for emails now."""
        with self._changed:
            self._calls = min(self._calls + 1, THREADS)
            self._changed.notify()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Begin no further email, and wait for those that are being sent."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        end = monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - monotonic()))

    def _work(self, looks: bool) -> None:
        while not self._stopping:
            try:
                if looks:
                    queue.drop_useless()
                self.send_due()
            except ServerAway as error:
                self._wait_for_server(str(error))
            except (DatabaseError, InterfaceError) as error:  # no tables yet, or away
                logger.debug("the outbox cannot be read: %s", type(error).__name__)
            except Exception:
                logger.exception("the outbox failed")
            finally:
                connections.close_all()
            self._wait(LOOK_SECONDS if looks else None)

    def send_due(self) -> None:
        """Send what is due now. Raises `ServerAway`."""
        if self._stopping or not queue.is_anything_due():
            return
        with transport() as server:
            self._note_answer()
            while not self._stopping and (mail := queue.take()):
                self.wake()  # there may be more than this thread can send soon
                send(server, mail)

    def _wait(self, seconds: float | None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._calls > 0 or self._stopping, seconds)
            self._calls = max(0, self._calls - 1)
            if (away := self._away_until - monotonic()) > 0:
                self._changed.wait_for(lambda: self._stopping, away)

    def _wait_for_server(self, problem: str) -> None:
        with suppress(DatabaseError, InterfaceError):
            queue.note(problem)
        with self._changed:
            if monotonic() >= self._away_until:
                first = self._pause == 0.0
                self._pause = min(max(AWAY_SECONDS[0], 2 * self._pause), AWAY_SECONDS[1])
                self._away_until = monotonic() + self._pause
                self._calls = max(1, self._calls)
                logger.log(logging.WARNING if first else logging.INFO, "no mail server: %s; emails wait", problem)

    def _note_answer(self) -> None:
        with self._changed:
            if self._pause:
                logger.info("the mail server answers again")
            self._pause = 0.0


@contextmanager
def transport() -> Iterator[Any]:
    """Yield an open connection to the mail server. Raises `ServerAway`."""
    server = get_connection(settings.MAIL_TRANSPORT)
    try:
        with in_time(server):
            server.open()
    except OSError as error:  # SMTPException is one
        raise ServerAway(_describe(error)) from error
    try:
        yield server
    finally:
        with suppress(OSError), in_time(server):
            server.close()


def send(server: Any, mail: Mail) -> None:
    """Send one email, and note what became of it. Raises `ServerAway` when the connection is of no use any more."""
    try:
        message = queue.message_of(mail)
        with in_time(server):
            server.send_messages([message])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        _failed(mail, error, for_good=_code(error) >= REFUSED_FOR_GOOD)
        raise_if_closed(server, error)
    except OSError as error:
        _failed(mail, error)
        raise ServerAway(_describe(error)) from error
    except (NotReadable, ValueError) as error:  # another SECRET_KEY, an address that is none
        _failed(mail, error, for_good=True)
    else:
        queue.sent(mail)
        MAILS.labels(outcome="sent").inc()


def _failed(mail: Mail, error: Exception, for_good: bool = False) -> None:
    problem = _describe(error)
    logger.warning("an email (%s) %s: %s", mail.purpose, "is given up" if for_good else "has to wait", problem)
    MAILS.labels(outcome="given_up" if for_good else "failed").inc()
    if for_good:
        queue.give_up(mail, problem)
    else:
        queue.put_off(mail, problem)


def raise_if_closed(server: Any, error: OSError) -> None:
    """Raise `ServerAway` if the server has closed the connection with its refusal, as 421 does (RFC 5321 §3.8)."""
    if getattr(getattr(server, "connection", None), "sock", True) is None:
        raise ServerAway(_describe(error)) from error


@contextmanager
def in_time(server: Any) -> Iterator[None]:
    """Break off what takes longer than `LONGEST_SECONDS`."""
    timer = Timer(LONGEST_SECONDS, getattr(server, "abort", lambda: None))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _describe(error: Exception) -> str:
    """Return the kind of error and the server's number; what the server says can contain an address."""
    code = _code(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((int(code) for code, _text in error.recipients.values()), default=0)
    return int(getattr(error, "smtp_code", 0) or 0)


_sender = Sender()
wake = _sender.wake


def start() -> None:
    """Start sending in this process, if the outbox is where its emails go. It stops with the process."""
    if settings.EMAIL_BACKEND == OUTBOX and not settings.TESTING:
        atexit.register(_sender.stop)
        _sender.start()
