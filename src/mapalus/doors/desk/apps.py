from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "mapalus.doors.desk"
    label = "desk"
