from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "ankang.access"
    label = "access"
    verbose_name = _("Reads on record")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Questions and alerts stand on the auditor's first page."""
        from ankang.base.work import WORK

        from .services import alerts_at_work, questions_at_work

        for maker in (questions_at_work, alerts_at_work):
            if maker not in WORK:
                WORK.append(maker)
