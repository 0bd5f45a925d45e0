from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "mapalus.apps.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mapalus.apps.directory import actions, holdings, roster, roster_applying  # noqa: F401 - they register
        from mapalus.apps.directory.rights import may_platform
        from mapalus.apps.ledger import platform

        holdings.register("directory", holdings.DirectoryHoldings())
        platform.listen_to(may_platform)
