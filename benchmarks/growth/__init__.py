"""`make bench-growth`: every page, list, search, join and command with a large database and with a small one."""
