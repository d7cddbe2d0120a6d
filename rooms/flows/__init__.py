"""What people do to rooms: each flow changes rows and notifies the open sockets."""
