from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "mapalus.doors.portal"
    label = "portal"
