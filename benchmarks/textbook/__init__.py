"""Signaling as the Channels tutorial would have it, for comparison: a channel a socket, a group a room."""
