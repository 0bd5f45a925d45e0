from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "mapalus.apps.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from mapalus.apps.directory import actions, roster  # noqa: F401 - actions register, the roster hears of changes
        from mapalus.apps.directory.rights import may_platform
        from mapalus.apps.ledger import platform

        platform.listen_to(may_platform)
