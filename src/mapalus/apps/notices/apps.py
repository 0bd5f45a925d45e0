from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "mapalus.apps.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.notices import jobs

        jobs.declare()
