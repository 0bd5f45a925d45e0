"""The data engine: a file goes in as text, comes out as a checked, immutable version."""
