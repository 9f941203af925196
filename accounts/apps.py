from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from audit import register_acts

        register_acts(
            {
                "user.created": "created the account {subject}",
                "user.invited": "made a link for {subject} to choose a password",
                "user.password_changed": "changed the password of {subject}",
                "user.deactivated": "closed the account {subject}",
                "token.created": "created the token {subject}",
                "token.revoked": "revoked the token {subject}",
            }
        )
