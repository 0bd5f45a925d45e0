"""Who carries out a plan: `memory` is the reference in plain Python, `duckdb` does it for millions of rows."""
