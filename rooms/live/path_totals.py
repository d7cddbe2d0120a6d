"""How connections were made in the last days, for the administration: over all processes, without an event loop."""

from collections import Counter
from collections.abc import Mapping

from django.conf import settings

from .local import live_hubs
from .path_stats import OUTCOMES, MemoryPathStats, stored_counts


def path_totals(days: int) -> dict[str, int]:
    """Return the connections by outcome in the last `days` days, today included; 0 while Redis is unreachable."""
    total = Counter(dict.fromkeys(OUTCOMES, 0))
    for counts in stored_counts(settings.REDIS_URL, days) if settings.REDIS_URL else _counts_in_memory(days):
        total.update({outcome: counts[outcome] for outcome in OUTCOMES if outcome in counts})
    return dict(total)


def _counts_in_memory(days: int) -> list[Mapping[str, int]]:
    stores = [hub.path_stats for hub in live_hubs() if isinstance(hub.path_stats, MemoryPathStats)]
    return [counts for store in stores for counts in store.counts(days)]
