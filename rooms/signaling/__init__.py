"""The signaling server: who is in a room now, and relaying what browsers send each other to connect."""
