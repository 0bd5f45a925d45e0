from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "mapalus.doors.signin"
    label = "signin"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from mapalus.doors.signin.devices import remember

        user_logged_in.connect(remember, dispatch_uid="signin-remember-device")
