from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "mapalus.doors.signin"
    label = "signin"
