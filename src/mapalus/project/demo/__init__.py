"""The sample province: its pack, its generated files, and the command that builds and serves it."""
