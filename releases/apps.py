from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "releases"

    def ready(self) -> None:
        from audit import register_acts
        from catalogue.validation import KNOWN_RULES
        from projects import access
        from projects.gates.facts import register_provider
        from projects.gates.links import register_page
        from projects.gates.rules import PARAMS
        from projects.states import register_moves
        from projects.views.commands import register_commands
        from releases import facts, gate_rules  # noqa: F401 - importing registers the rules
        from releases.acts import ACTS
        from releases.addresses import PAGES
        from releases.states import MOVES
        from releases.views.commands import COMMANDS

        register_acts(ACTS)
        register_moves(MOVES)
        access.register_rights(
            {
                "release": (frozenset({"operations-engineer", "model-owner"}), False),
                "switch": (frozenset({"operations-engineer", "model-owner", "ml-engineer"}), True),
            }
        )
        register_provider("releases", facts.collect)
        KNOWN_RULES.update(PARAMS)
        for kind, page in PAGES.items():
            register_page(kind, page)
        register_commands(COMMANDS)
