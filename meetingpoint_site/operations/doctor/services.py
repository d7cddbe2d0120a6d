"""The site itself: settings, database, Redis, what timers do, mail, disk."""

import shutil
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPException, SMTPServerDisconnected
from typing import Final

from django.conf import settings
from django.core.checks import Error, run_checks
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.outbox.smtp import EmailBackend
from meetingpoint_site.operations.models import Job
from meetingpoint_site.operations.readiness import OK, ask_all

from .finding import Finding, hint, ok, reason, span, wrong

MAIL_SECONDS: Final = 10
LEAST_FREE: Final = 500 * 1024 * 1024  # bytes
# How long ago each command may have ended before that is worth a word, and what it is for.
TIMERS: Final = {
    "prune": (timedelta(days=2), "deletes what has expired"),
    "remind": (timedelta(hours=3), "reminds owners of rooms that expire"),
    "backup": (timedelta(days=2), "makes backups"),
}


def check_settings() -> Finding:
    """Run the system checks, those of deployment included."""
    name, tried = "settings", "manage.py check --deploy"
    found = run_checks(include_deployment_checks=True)
    errors = [message for message in found if isinstance(message, Error) or message.level >= 40]
    shown = "; ".join(f"{message.id}: {message.msg.partition('. ')[0]}" for message in errors or found)
    if errors:
        return wrong(name, tried, shown, "Run manage.py check --deploy: it has a hint for each.")
    if found:
        return hint(name, tried, shown, "Run manage.py check --deploy: it has a hint for each.")
    return ok(name, tried, "they fit together")


def check_services() -> Finding:
    """Ask what `/readyz` asks."""
    name, tried = "services", "write to the database and to Redis, compare the migrations"
    parts = {part: says for part, says in ask_all().parts.items() if part != "mail"}
    bad = "; ".join(f"{part}: {says}" for part, says in parts.items() if says != OK)
    if bad:
        do = "Start what does not answer, and see that this user may write to it."
        if parts.get("migrations", OK) != OK and parts.get("database") == OK:
            do = "Run manage.py migrate, with the role that owns the tables, and start the site again."
        return wrong(name, tried, bad, do)
    return ok(name, tried, f"{', '.join(part for part in parts if part != 'process')} are well")


def check_timers() -> Finding:
    """Compare when the commands of timers last ended."""
    name, tried = "timers", "when prune, remind and backup last ended"
    try:
        ended = dict(Job.objects.filter(name__in=TIMERS).values_list("name", "finished_at"))
    except DatabaseError:
        return hint(name, tried, "the database does not say", "See the check of the services.")
    late = []
    for job, (most, what) in TIMERS.items():
        ago = timezone.now() - ended[job] if job in ended else None
        if ago is None or ago > most:
            late.append(f"{job}, which {what}, {'never ran' if ago is None else f'ended {span(ago)} ago'}")
    if late:
        return hint(
            name, tried, "; ".join(late), "Start their timers: docs/deployment.md. Each can be run by hand, too."
        )
    return ok(name, tried, "they run")


def check_mail() -> Finding:
    """Sign in to the mail server; nothing is sent."""
    name, tried = "mail", "sign in to the mail server of EMAIL_URL"
    if not settings.EMAIL_URL:
        return hint(name, tried, "there is none: no one gets the code that confirms an address", "Set EMAIL_URL.")
    if not settings.EMAIL_URL.startswith("smtp"):
        return hint(name, tried, "EMAIL_URL is no mail server: emails stay on this machine", "Set a mail server.")
    server = EmailBackend(timeout=MAIL_SECONDS, fail_silently=False)
    try:
        server.open()
    except OSError as error:  # those of SMTP, too
        # smtplib says of a server that does not answer that it closed the connection.
        cause = error.__context__ if isinstance(error, SMTPServerDisconnected) else error
        why = reason(cause if isinstance(cause, OSError) else error)
        if isinstance(error, SMTPException) and not isinstance(error, SMTPServerDisconnected):
            do = "Look at EMAIL_URL: smtp+tls has port 587, smtp+ssl 465; in user and password @ is %40, / is %2F."
            return wrong(name, tried, f"it does not let us in: {why}", do)
        do = "Look at name and port in EMAIL_URL. Some hosts block the ports 25, 465 and 587: ask them."
        return wrong(name, tried, f"no connection: {why}", do)
    server.close()
    return ok(name, tried, "it lets us in")


def check_outbox() -> Finding:
    """Look for emails that wait for too long."""
    name, tried = "outbox", "how long the oldest email has been waiting"
    says = ask_all().parts.get("mail", OK)
    if says != OK:
        return wrong(name, tried, says, "See the check of the mail server, and the outbox on the admin site.")
    return ok(name, tried, "nothing waits for long")


def check_disk() -> Finding:
    """Look at the room on the disks that the site writes to."""
    name, tried = "disk", "free space where the database is, and where this program is"
    places = {Path(settings.BASE_DIR)}
    if connection.vendor == "sqlite":
        places.add(Path(str(settings.DATABASES["default"]["NAME"])).absolute().parent)
    free = {place: shutil.disk_usage(place).free for place in places if place.exists()}
    full = [f"{place}: {size / 1e6:,.0f} MB" for place, size in free.items() if size < LEAST_FREE]
    if full:
        return wrong(name, tried, f"nearly full: {', '.join(full)}", "Make room: a full disk stops the site.")
    return ok(name, tried, f"{min(free.values()) / 1e9:,.1f} GB are free")
