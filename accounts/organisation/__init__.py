"""Signing in with an organisation: OpenID Connect (Core 1.0, Discovery 1.0) by django-allauth, with PKCE (RFC 7636)."""
