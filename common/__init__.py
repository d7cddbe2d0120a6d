"""Helpers that know no app: rate limits, text, mail, user agents."""
