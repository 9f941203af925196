from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        from audit import register_acts
        from compliance import reports as kinds  # noqa: F401 - importing registers each kind of report
        from compliance.documents import uncovered  # noqa: F401 - importing registers what it finds
        from compliance.services import packages, reports  # noqa: F401 - importing registers the jobs

        changeless = {
            "report.downloaded": "downloaded “{subject}”: {reason}",
            "package.exported": "took an audit package away: {reason}",
            "backup.made": "took a backup: {reason}",
            "backup.restored": "brought back a backup: {reason}",
        }
        told = {"report.issued": "issued the report “{subject}”", "report_wording.changed": "set {subject}"}
        register_acts(told | changeless, changeless=changeless)
