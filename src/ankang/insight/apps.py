from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "ankang.insight"
    label = "insight"
    verbose_name = _("Progress and reports")
    default_auto_field = "django.db.models.BigAutoField"
