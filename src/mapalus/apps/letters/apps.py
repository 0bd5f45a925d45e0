from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "mapalus.apps.letters"
    label = "letters"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.letters import issuing

        issuing.declare()
