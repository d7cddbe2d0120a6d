"""Abuse and what is done about it: reports, moderators' acts and their trail, bans, and the rules of the site."""
