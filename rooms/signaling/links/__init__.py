"""How a process reaches the others: one link for each Redis server, with what is kept there and the mailbox on it."""
