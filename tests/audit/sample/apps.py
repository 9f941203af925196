from django.apps import AppConfig


class SampleConfig(AppConfig):
    name = "tests.audit.sample"
    label = "sample"

    def ready(self) -> None:
        from audit import register_acts

        register_acts(
            {"thing.made": "made {subject}", "thing.changed": "changed {subject}", "thing.seen": "saw it"},
            ["thing.seen"],
        )
