from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "regulations"

    def ready(self) -> None:
        from audit import register_acts
        from regulations.acts import ACTS

        register_acts(ACTS)
