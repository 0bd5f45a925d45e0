from django.apps import AppConfig


class APIConfig(AppConfig):
    name = "mapalus.doors.api"
    label = "api_door"
