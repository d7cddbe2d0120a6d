"""Backups: one archive with everything that a machine needs to be this site again."""
