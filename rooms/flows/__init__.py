"""What people do to rooms, in several steps: every function changes rows and notifies the open sockets."""
