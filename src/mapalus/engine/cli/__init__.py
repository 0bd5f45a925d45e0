"""Verbs of the engine that belong to no single room: they need no province, no database and no network."""
