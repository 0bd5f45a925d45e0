from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "mapalus.apps.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.catalogue import (
            compacting,
            daftar_acts,
            daftar_data,
            differences,
            evidence_acts,
            following,
            harvest_acts,
            indicator_datasets,
            indicators,
            punctuality,
            reading_tokens,
            restricting,
            retention,
            scores_acts,
            setting_off,
            shelf_acts,
            source_acts,
            streaming,
            use,
            waking,
        )
        from mapalus.apps.catalogue.holdings import CatalogueHoldings
        from mapalus.apps.directory import holdings

        holdings.register("catalogue", CatalogueHoldings())
        indicators.follow_publications()
        indicators.follow_declarations()
        indicator_datasets.follow_values()
        punctuality.follow_deadlines()
        daftar_acts.follow_contracts()
        daftar_data.follow_decisions()
        scores_acts.follow_months()
        use.follow_use()
        waking.declare()
        retention.declare()
        restricting.follow_ends()
        setting_off.declare()
        following.declare()
        reading_tokens.declare()
        for acts in (compacting, differences, evidence_acts, harvest_acts, shelf_acts, source_acts, streaming):
            assert acts  # they register themselves
