"""STUN of the process itself: browsers behind home routers learn by which address the internet sees them."""
