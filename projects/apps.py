from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from audit import register_acts
        from catalogue.validation import KNOWN_RULES
        from projects.acts import ACTS, CHANGELESS
        from projects.gates import comparing_rules, document_rules, process_rules  # noqa: F401 - importing registers them
        from projects.gates.rules import PARAMS
        from projects.views import commands, own_commands

        KNOWN_RULES.update(PARAMS)
        commands.register_commands(own_commands.COMMANDS)
        register_acts({**ACTS, **CHANGELESS}, changeless=CHANGELESS)
