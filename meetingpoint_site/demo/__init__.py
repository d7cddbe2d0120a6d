"""A believable site to look at: `manage.py demo` fills an empty database with people, rooms, links and reports.

Nothing in it is real: every address ends in `.example`, which RFC 2606 reserves, so no mail can reach anyone.
"""
