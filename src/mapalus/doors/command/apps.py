from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "mapalus.doors.command"
    label = "command_door"
