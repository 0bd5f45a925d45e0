from mapalus.apps.boards.models.edition import Edition
from mapalus.apps.boards.models.screen import Screen

__all__ = ["Edition", "Screen"]
