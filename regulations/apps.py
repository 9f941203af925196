from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "regulations"

    def ready(self) -> None:
        from audit import register_acts
        from catalogue.validation import KNOWN_RULES
        from projects.access import register_rights
        from projects.gates.facts import register_provider
        from projects.gates.links import register_page
        from projects.gates.rules import PARAMS
        from projects.places import register_place
        from projects.states import register_moves
        from projects.views.commands import register_commands
        from regulations import addresses, facts, gate_rules
        from regulations.acts import ACTS
        from regulations.services.obligations import REVIEWERS
        from regulations.states import MOVES
        from regulations.views.own_commands import COMMANDS

        register_acts(ACTS)
        register_moves(MOVES)
        register_rights(
            {
                "sign classifications": (frozenset({"sponsor", "legal-reviewer"}), False),
                "confirm obligations": (REVIEWERS, False),
            }
        )
        register_provider("regulations", facts.collect)
        KNOWN_RULES.update({name: PARAMS[name] for name in gate_rules.NAMES})
        register_page("classification", addresses.interview_page)
        register_page("coverage", addresses.coverage_page)
        register_place("regulations.entry", lambda row: addresses.entry_page(row.project, row))
        register_place("regulations.classification", addresses.classification_page)
        register_commands(COMMANDS)
