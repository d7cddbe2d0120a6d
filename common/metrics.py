"""What the site counts for its operator. `GET /metrics` shows it in the Prometheus text format.

Counts of this process since it started. No label names a person, a room, an address or a path: labels come from short
lists of the program. An `inc()` costs less than a microsecond, `labels()` about one more.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, of which no panel makes use

REGISTRY = CollectorRegistry(auto_describe=True)

JOINED = "joined"
GONE = "gone"  # a socket that its browser closed, or whose network went away

JOINS = Counter(
    "meetingpoint_joins",
    "Tries to join a room: `joined`, or the name of the close code that refused it.",
    ("code",),
    registry=REGISTRY,
)
JOIN_SECONDS = Histogram(
    "meetingpoint_join_seconds",
    "Seconds from a `join` to its answer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
CLOSES = Counter(
    "meetingpoint_socket_closes",
    "Sockets that ended, by the name of the close code that the server sent; `gone`: the browser ended it.",
    ("code",),
    registry=REGISTRY,
)
HANDSHAKES_REFUSED = Counter(
    "meetingpoint_handshakes_refused",
    "Sockets refused before they were open: `origin`, `limit` or `path`.",
    ("reason",),
    registry=REGISTRY,
)
RELAYED = Counter(
    "meetingpoint_relayed_messages",
    "Messages passed on from one browser to another.",
    registry=REGISTRY,
)
RELAYED_CHARACTERS = Counter(
    "meetingpoint_relayed_characters",
    "Characters in the bodies of these messages.",
    registry=REGISTRY,
)
MESSAGE_ERRORS = Counter(
    "meetingpoint_message_errors",
    "Messages of browsers that were answered with `error`, by its code.",
    ("code",),
    registry=REGISTRY,
)
ICE_OUTCOMES = Counter(
    "meetingpoint_ice_outcomes",
    "How connections of two browsers were made: direct, relay_udp, relay_tcp or failed, as they said on leaving.",
    ("outcome",),
    registry=REGISTRY,
)
LOOP_LAG_SECONDS = Histogram(
    "meetingpoint_event_loop_lag_seconds",
    "How late the event loop woke up, sampled once a second while there is a socket.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
REQUESTS = Counter(
    "meetingpoint_http_requests",
    "Requests that Django answered, by status; files from memory are not counted.",
    ("status",),
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "meetingpoint_http_request_seconds",
    "Seconds until Django began to answer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
MAILS = Counter(
    "meetingpoint_mails",
    "Emails handed to the mail server (`sent`), tries that failed (`failed`), and emails given up (`given_up`).",
    ("outcome",),
    registry=REGISTRY,
)
SECURITY_EVENTS = Counter(
    "meetingpoint_security_events",
    "Lines of the security log, by event.",
    ("event",),
    registry=REGISTRY,
)

# Short lists, at zero from the start: a counter that is born at 1 looks like no change at all.
for _outcome in ("direct", "relay_udp", "relay_tcp", "failed"):
    ICE_OUTCOMES.labels(outcome=_outcome)
for _outcome in ("sent", "failed", "given_up"):
    MAILS.labels(outcome=_outcome)
JOINS.labels(code=JOINED)
