"""The database: typed tables, connection manners, repositories (the only SQL) and migrations."""
