from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "mapalus.doors.command"
    label = "command_door"

    def ready(self) -> None:
        # Models can be imported only once all apps are there.
        from mapalus.apps.boards.digests import write_with
        from mapalus.doors.command.digest import written

        write_with(written)
