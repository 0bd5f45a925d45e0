from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "mapalus.apps.federation"
    label = "federation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.federation import actions, concluding, conflicts, jobs, pinging, values

        for acts in (actions, concluding, conflicts, values):
            assert acts  # they register themselves
        jobs.declare()
        pinging.follow_publications()
