from django.apps import AppConfig


class WritesConfig(AppConfig):
    name = "benchmarks.writes"
    label = "writes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit import register_acts

        register_acts({"row.changed": "changed {subject}", "row.made": "made {subject}"})
