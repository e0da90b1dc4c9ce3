"""Where cases rest: tables, migrations, and the books over them (SQLite or PostgreSQL)."""
