from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        from audit import register_acts
        from compliance import reports as kinds  # noqa: F401 - importing registers each kind of report
        from compliance.services import reports  # noqa: F401 - importing registers the job

        changeless = {
            "report.downloaded": "downloaded “{subject}”: {reason}",
            "backup.made": "took a backup: {reason}",
            "backup.restored": "brought back a backup: {reason}",
        }
        register_acts({"report.issued": "issued the report “{subject}”", **changeless}, changeless=changeless)
