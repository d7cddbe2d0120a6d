"""A Redis that accepts connections and says nothing keeps one page waiting, and not each."""

import signal

import pytest
import redis
from django.core.cache import caches
from django.test import override_settings

from accounts.site_policy import site_policy
from common.buckets import RedisBuckets
from common.redis_servers import CACHE_OPTIONS, client, unless_silent
from rooms.live.occupancy import members_inside
from tests.services import RedisServer


@pytest.mark.django_db
def test_who_waited_in_vain_is_the_last_one_for_a_while() -> None:
    with RedisServer() as server:
        cache = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": server.url,
            "OPTIONS": CACHE_OPTIONS,
        }
        buckets = RedisBuckets(server.url)
        with override_settings(REDIS_URL=server.url, CACHES={"default": cache}):
            caches["default"].set("there", 1)
            with client(server.url) as asked:
                before = asked.info("stats")["total_connections_received"]
            server.signal(signal.SIGSTOP)
            with pytest.raises(redis.TimeoutError), unless_silent(server.url), client(server.url) as asked:
                asked.ping()
            with pytest.raises(redis.ConnectionError, match="a moment ago"), unless_silent(server.url):
                pytest.fail("it is asked again")
            # Nothing of a page asks it now: policy, people inside, and limits, which this process counts by itself.
            assert site_policy().sign_up_open
            assert members_inside([7]) == {7: set()}
            assert buckets.take("test", b"someone", 1, 60) == 0
            server.signal(signal.SIGCONT)
            with client(server.url) as asked:
                assert asked.info("stats")["total_connections_received"] == before + 2  # the first one's, and this one
                assert "cmdstat_get" not in asked.info("commandstats")  # by the cache, which had a connection
