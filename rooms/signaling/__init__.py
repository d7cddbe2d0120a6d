"""Signaling: who is in a room now, and the relaying of what browsers tell each other to get connected."""
