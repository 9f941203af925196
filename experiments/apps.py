from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "experiments"

    def ready(self) -> None:
        from audit import register_acts
        from catalogue.validation import KNOWN_RULES
        from experiments import facts, gate_rules  # noqa: F401 - importing registers the rules
        from experiments.acts import ACTS
        from experiments.addresses import PAGES
        from experiments.services import test_sets
        from experiments.states import MOVES
        from experiments.views.commands import COMMANDS
        from projects import access
        from projects.gates.facts import register_provider
        from projects.gates.links import register_page
        from projects.gates.rules import PARAMS
        from projects.services import measurements
        from projects.states import register_moves
        from projects.views.commands import register_commands

        register_acts(ACTS)
        register_moves(MOVES)
        access.register_rights({"sign handovers": (frozenset({"sponsor", "test-set-curator"}), False)})
        register_provider("experiments", facts.collect)
        KNOWN_RULES.update(PARAMS)
        for kind, page in PAGES.items():
            register_page(kind, page)
        measurements.register_check(test_sets.require_evaluated)
        register_commands(COMMANDS)
