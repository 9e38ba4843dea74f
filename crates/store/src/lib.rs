//! Keeps core's values in SQLite or PostgreSQL; the only place with SQL.
