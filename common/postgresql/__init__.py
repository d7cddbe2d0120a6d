"""A database engine (`ENGINE`): Django's for PostgreSQL, with connections that are held for queries only."""
