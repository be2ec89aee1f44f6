from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    name = "ankang.health"
    label = "health"
    verbose_name = _("Health")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give every new person a colour, and every person's page the reasons."""
        from ankang.people.events import merge_undone, people_merged, person_applied, person_back, person_left
        from ankang.people.sections import me_sections
        from ankang.people.services.merging import merge_facts

        from .sections import colour_section
        from .services import declarations, merging, open_colour, publishing

        person_applied.connect(open_colour)
        person_left.connect(merging.shelve)
        person_back.connect(merging.unshelve)
        people_merged.connect(merging.merge_evidence)
        merge_undone.connect(merging.part_evidence)
        if merging.facts_for_merge not in merge_facts:
            merge_facts.append(merging.facts_for_merge)
        if colour_section not in me_sections:
            me_sections.append(colour_section)
        declarations.register()
        publishing.register()
