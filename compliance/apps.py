from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        from audit import register_acts
        from compliance.services import reports  # noqa: F401 - importing registers the job

        register_acts(
            {"report.issued": "issued the report “{subject}”", "report.downloaded": "downloaded “{subject}”: {reason}"},
            changeless=["report.downloaded"],
        )
