from django.apps import AppConfig


class UIConfig(AppConfig):
    name = "mapalus.doors.ui"
    label = "ui"
