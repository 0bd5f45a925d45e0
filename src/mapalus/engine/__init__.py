"""The machinery, in plain Python. Nothing here knows the web framework."""
