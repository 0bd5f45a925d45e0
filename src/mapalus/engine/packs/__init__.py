"""Packs: a service declared in a folder that people write, read strictly and checked as a whole before it runs."""
