from django.apps import AppConfig


class GreenlinkConfig(AppConfig):
    name = "greenlink"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # registers its job with the queue, in workers too
        from greenlink.archive import building  # noqa: F401
