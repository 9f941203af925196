from django.apps import AppConfig


class RegulationsConfig(AppConfig):
    name = "regulations"

    def ready(self) -> None:
        from audit import register_acts
        from projects.access import register_rights
        from projects.states import register_moves
        from regulations.acts import ACTS
        from regulations.states import MOVES

        register_acts(ACTS)
        register_moves(MOVES)
        register_rights({"sign classifications": (frozenset({"sponsor", "legal-reviewer"}), False)})
