from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "mapalus.apps.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.cases import deriving, evidence, information, jobs, lessons, planning, telling, waking
        from mapalus.apps.cases.holdings import CaseHoldings
        from mapalus.apps.catalogue import restricting
        from mapalus.apps.directory import holdings

        holdings.register("cases", CaseHoldings())
        telling.declare()
        deriving.declare()
        lessons.declare()
        planning.declare()
        waking.declare()
        restricting.know_entries(information.knows_exempt)
        jobs.declare()
        evidence.register()
