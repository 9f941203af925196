from django.apps import AppConfig
from django.urls import reverse


class RegistryConfig(AppConfig):
    name = "registry"

    def ready(self) -> None:
        from audit import register_acts
        from catalogue.validation import KNOWN_RULES
        from projects.fillers import register_fillers
        from projects.gates import facts, links, rules
        from projects.places import register_place
        from projects.reminders import register_reminders
        from projects.states import register_moves
        from projects.tables import register_table
        from projects.views.commands import register_commands
        from registry import facts as own_facts
        from registry import gate_rules  # noqa: F401 - importing registers the rules
        from registry.acts import ACTS, MOVES
        from registry.fillers import FILLERS
        from registry.lists import PLACES, TABLES
        from registry.reminders import REMINDERS
        from registry.views.own_commands import COMMANDS

        register_acts(ACTS)
        register_moves(MOVES)
        register_commands(COMMANDS)
        register_fillers(FILLERS)
        register_reminders(REMINDERS)
        for table in TABLES:
            register_table(table)
        for kind, (place, related) in PLACES.items():
            register_place(kind, place, *related)
        KNOWN_RULES.update(rules.PARAMS)
        facts.register_provider("registry", own_facts.of_project)
        links.register_page("registry", lambda project, key, phase: reverse("registry:artefacts", args=[project.slug]))
        links.register_page(
            "artefact", lambda project, key, phase: reverse("registry:artefact", args=[project.slug, key])
        )
