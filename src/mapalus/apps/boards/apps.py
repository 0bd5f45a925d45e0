from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "mapalus.apps.boards"
    label = "boards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.boards import actions, alarms, digests

        assert actions  # its acts register themselves
        alarms.declare()
        digests.declare()
