"""What the server's work costs, measured beside others in one run."""
