from django.apps import AppConfig


class GreenlinkConfig(AppConfig):
    name = "greenlink"
    default_auto_field = "django.db.models.BigAutoField"
