from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PassageConfig(AppConfig):
    name = "ankang.passage"
    label = "passage"
    verbose_name = _("Passage")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The groups somebody is in stand on their own page; checkpoints that visits name are never deleted."""
        from ankang.people.sections import me_sections
        from ankang.places.ports import used_checkpoints

        from .groups.views import section
        from .services import checkpoints_visited

        me_sections.append(section)
        used_checkpoints.append(checkpoints_visited)
