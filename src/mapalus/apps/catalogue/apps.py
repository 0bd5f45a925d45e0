from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "mapalus.apps.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.catalogue import indicators, punctuality
        from mapalus.apps.catalogue.holdings import CatalogueHoldings
        from mapalus.apps.directory import holdings

        holdings.register("catalogue", CatalogueHoldings())
        indicators.follow_publications()
        punctuality.follow_deadlines()
