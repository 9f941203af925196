from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"

    def ready(self) -> None:
        from audit import register_acts
        from projects.states import register_moves
        from projects.views.commands import register_commands
        from registry.acts import ACTS, MOVES
        from registry.views.own_commands import COMMANDS

        register_acts(ACTS)
        register_moves(MOVES)
        register_commands(COMMANDS)
