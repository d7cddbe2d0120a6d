"""Mails to hosts that somebody waits at the door: sent beside the sockets, in one thread, and few at a time."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

logger = logging.getLogger(__name__)

MOST_PENDING = 20  # a mail server that takes its time must not pile work up
_thread = ThreadPoolExecutor(1, thread_name_prefix="door-mail")
_pending = 0


def tell_hosts(room_id: int) -> None:
    """Tell those who could open by mail, in the background; dropped when too many are under way."""
    global _pending
    if _pending >= MOST_PENDING:
        return
    _pending += 1
    asyncio.get_running_loop().run_in_executor(_thread, _tell, room_id).add_done_callback(_done)


def _done(_future: "asyncio.Future[None]") -> None:
    global _pending
    _pending -= 1


def _tell(room_id: int) -> None:
    from rooms.flows.mails import mail_hosts_about_knock  # late: it needs what needs the sockets  # noqa: PLC0415

    close_old_connections()
    try:
        mail_hosts_about_knock(room_id)
    except Exception:
        logger.exception("Hosts could not be told by mail that somebody waits")
    finally:
        close_old_connections()
