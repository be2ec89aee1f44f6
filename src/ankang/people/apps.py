from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "ankang.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What people carry stands on their own page."""
        from .sections import me_sections
        from .views import carriers, companions

        me_sections.extend((carriers.section, companions.section))
