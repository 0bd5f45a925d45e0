"""The plan as DuckDB SQL: one pass over the file, reasons only for the bad rows."""
