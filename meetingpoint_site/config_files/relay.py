"""The file of coturn, the relay."""

from urllib.parse import urlsplit

from django.conf import settings

from .example import ConfigError, Example
from .proxies import Certificate


def turnserver(certificate: Certificate | None = None, external: str = "") -> str:
    """Return coturn's file, which contains TURN_SECRET: it belongs to coturn alone.

    Without a certificate the relay speaks no TLS. `external` is the public address of a machine behind NAT, as coturn
    writes it: ``<public>/<private>``. Raises `ConfigError` if TURN_URLS or TURN_SECRET is empty.
    """
    if not settings.TURN_URLS or not settings.TURN_SECRET:
        raise ConfigError("TURN_URLS and TURN_SECRET say where the relay is and what signs its credentials: set both.")
    places = [urlsplit(url.replace(":", "://", 1)) for url in settings.TURN_URLS]
    plain = {place.port or 3478 for place in places if place.scheme == "turn"}
    secure = {place.port or 5349 for place in places if place.scheme == "turns"}
    if len(plain) > 1 or len(secure) > 1:
        raise ConfigError("TURN_URLS has several ports of one kind.")
    example = Example("turnserver.conf").without_head()
    example.rewrite(r"^realm=.*$", f"realm={places[0].hostname}")
    example.rewrite(r"^listening-port=.*$", f"listening-port={(plain or {3478}).pop()}")
    if external:
        example.rewrite(r"^# Behind NAT: external-ip=.*$", f"external-ip={external}")
    else:
        example.rewrite(r"^# Behind NAT:.*\n", "")
    example.rewrite(
        r"(?:^#.*\n)+^use-auth-secret$",
        "# REST credentials: for each join, Meeting Point signs a name and an expiry with this secret.\n"
        f"use-auth-secret\nstatic-auth-secret={settings.TURN_SECRET}",
    )
    if certificate and secure:
        example.rewrite(r"^tls-listening-port=.*$", f"tls-listening-port={secure.pop()}")
        example.rewrite(r"^cert=.*$", f"cert={certificate.chain}")
        example.rewrite(r"^pkey=.*$", f"pkey={certificate.key}")
    else:
        example.rewrite(r"^tls-listening-port=.*\n", "no-tls\nno-dtls\n")
        example.rewrite(r"^(?:cert|pkey)=.*\n", "")
    return example.text
