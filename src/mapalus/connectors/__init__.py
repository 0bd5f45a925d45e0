"""Outside systems, one folder each; they know only the engine."""
