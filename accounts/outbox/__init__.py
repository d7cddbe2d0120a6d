"""The outbox: emails wait in the database, and each process sends what is due, away from requests."""
