from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "mapalus.apps.federation"
    label = "federation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.catalogue import connecting
        from mapalus.apps.federation import actions, concluding, conflicts, inviting, jobs, keyring, pinging, values

        for acts in (actions, concluding, conflicts, inviting, values):
            assert acts  # they register themselves
        connecting.keep_besides(keyring.kept_key)
        jobs.declare()
        pinging.follow_publications()
