from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "mapalus.apps.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.jobs import tidy

        tidy.declare()
