"""A database engine (`ENGINE`): Django's for SQLite, which rewrites the placeholders of a statement only once."""
