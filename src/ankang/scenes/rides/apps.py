from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RidesConfig(AppConfig):
    name = "ankang.scenes.rides"
    label = "rides"
    verbose_name = _("Rides")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """My rides stand on my own page; authorities of other houses need two people."""
        from ankang.people.sections import me_sections

        from .services.authorities import register
        from .views import section

        me_sections.append(section)
        register()
