"""`make bench-scale`: many sockets on one process and on two, restarts, storms, pages and links."""
