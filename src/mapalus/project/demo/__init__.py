"""The sample province: its pack, its generated files, and the command that builds and serves it."""

from mapalus.project.demo.command import main

__all__ = ["main"]
