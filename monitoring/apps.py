from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from audit import register_acts
        from audit.verifying import register_state_check
        from catalogue.validation import KNOWN_RULES
        from monitoring import facts, gate_rules, index, pages
        from monitoring.acts import ACTS
        from monitoring.services import incidents, reviews
        from monitoring.states import MOVES
        from monitoring.views.own_commands import COMMANDS
        from projects.access import register_rights
        from projects.gates.facts import register_provider
        from projects.gates.links import register_page
        from projects.gates.rules import PARAMS
        from projects.places import register_place
        from projects.states import register_moves
        from projects.views.commands import register_commands
        from releases.services.serving import register_follower

        register_acts(ACTS)
        register_moves(MOVES)
        register_rights(
            {
                "operate": (
                    frozenset({
                        "operations-engineer", "model-owner", "project-manager", "ml-engineer", "ml-expert",
                        "data-scientist", "data-owner",
                    }),
                    False,
                ),
                "decide in operation": (frozenset({"model-owner", "sponsor", "domain-expert"}), False),
            }
        )  # fmt: skip
        register_provider("monitoring", facts.collect)
        for kind, page in pages.PAGES.items():
            register_page(kind, page)
        for kind, (place, *related) in pages.PLACES.items():
            register_place(kind, place, *related)
        KNOWN_RULES.update({name: PARAMS[name] for name in gate_rules.NAMES})
        register_commands(COMMANDS)
        register_follower(reviews.follow_release)
        register_follower(incidents.require_of_project)
        register_state_check("S6", "Every value is the one its delivery holds.", index.differences)
