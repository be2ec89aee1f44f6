from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    name = "ankang.base"
    label = "base"
    verbose_name = _("Foundations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Exports can be asked for and approved."""
        from .approvals import SUBJECTS
        from .exports import APPROVAL

        SUBJECTS[APPROVAL.name] = APPROVAL
