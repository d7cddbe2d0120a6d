"""What is going on now: who is inside, events, close codes, and how flows notify open sockets."""
