"""How the signaling server asks the database: a queue with threads of its own, and who is at a socket."""
