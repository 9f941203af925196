from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        from audit import register_acts

        register_acts({"policies.changed": "changed the policies of the organisation: {reason}"})
