from django.apps import AppConfig


class SparkplanConfig(AppConfig):
    name = "sparkplan"
    default_auto_field = "django.db.models.BigAutoField"
