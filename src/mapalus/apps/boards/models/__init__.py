from mapalus.apps.boards.models.alarm import Alarm
from mapalus.apps.boards.models.digest import Digest
from mapalus.apps.boards.models.edition import Edition
from mapalus.apps.boards.models.screen import Screen

__all__ = ["Alarm", "Digest", "Edition", "Screen"]
