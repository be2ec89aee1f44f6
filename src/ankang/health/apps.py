from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    name = "ankang.health"
    label = "health"
    verbose_name = _("Health")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give every new person a colour, and every person's page the reasons."""
        from ankang.people.events import person_applied
        from ankang.people.sections import me_sections

        from .sections import colour_section
        from .services import declarations, open_colour, publishing

        person_applied.connect(open_colour)
        if colour_section not in me_sections:
            me_sections.append(colour_section)
        declarations.register()
        publishing.register()
