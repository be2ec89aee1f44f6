from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "ankang.staff"
    label = "staff"
    verbose_name = _("Staff")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the sign-in signals, and name what two people decide here."""
        from allauth.account.signals import authentication_step_completed, password_changed
        from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
        from allauth.socialaccount.signals import social_account_added
        from django.contrib.auth.signals import user_logged_in

        from ankang.base.approvals import SUBJECTS

        from . import signals
        from .services.factors import RESET

        user_logged_in.connect(signals.signed_in, dispatch_uid="ankang.staff.signed_in")
        authentication_step_completed.connect(signals.proved, dispatch_uid="ankang.staff.proved")
        authentication_failed.connect(signals.wrong_code, dispatch_uid="ankang.staff.wrong_code")
        authenticator_added.connect(signals.factor_added, dispatch_uid="ankang.staff.factor_added")
        authenticator_removed.connect(signals.factor_removed, dispatch_uid="ankang.staff.factor_removed")
        social_account_added.connect(signals.provider_linked, dispatch_uid="ankang.staff.provider_linked")
        password_changed.connect(signals.password_changed, dispatch_uid="ankang.staff.password_changed")
        SUBJECTS[RESET.name] = RESET
