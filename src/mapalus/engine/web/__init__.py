"""Asking over http(s): resolved first, bounded in all, what is secret sent to its own host only."""
