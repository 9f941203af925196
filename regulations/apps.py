from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "regulations"

    def ready(self) -> None:
        from audit import register_acts
        from projects.access import register_rights
        from projects.places import register_place
        from projects.states import register_moves
        from projects.views.commands import register_commands
        from regulations.acts import ACTS
        from regulations.addresses import entry_page
        from regulations.services.obligations import REVIEWERS
        from regulations.states import MOVES
        from regulations.views.own_commands import COMMANDS

        register_acts(ACTS)
        register_moves(MOVES)
        register_place("regulations.entry", lambda row: entry_page(row.project, row))
        register_rights(
            {
                "sign classifications": (frozenset({"sponsor", "legal-reviewer"}), False),
                "confirm obligations": (REVIEWERS, False),
            }
        )
        register_commands(COMMANDS)
