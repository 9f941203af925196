from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "catalogue"

    def ready(self) -> None:
        from audit import register_acts

        register_acts({"catalogue.loaded": "loaded the catalogue {subject}"})
