"""`manage.py doctor`: what is wrong with this site, in plain words, and what to do about it."""
