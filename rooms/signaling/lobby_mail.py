"""Mails to hosts about a knock: sent in one thread of their own, and few at a time."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

from rooms.flows import mails

logger = logging.getLogger(__name__)

MAX_PENDING = 20  # a slow mail server must not let work pile up
_thread = ThreadPoolExecutor(1, thread_name_prefix="lobby-mail")
_pending = 0


def mail_hosts(room_id: int) -> None:
    """Mail the hosts of a room in the background; dropped when too many mails are under way."""
    global _pending
    if _pending >= MAX_PENDING:
        return
    _pending += 1
    asyncio.get_running_loop().run_in_executor(_thread, _send, room_id).add_done_callback(_done)


def _done(_future: "asyncio.Future[None]") -> None:
    global _pending
    _pending -= 1


def _send(room_id: int) -> None:
    close_old_connections()
    try:
        mails.mail_hosts_about_knock(room_id)
    except Exception:
        logger.exception("The hosts could not be mailed about a knock")
    finally:
        close_old_connections()
