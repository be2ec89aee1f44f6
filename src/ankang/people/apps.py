from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "ankang.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What people carry and whom they look after stands on their own page; what a decision of two people means."""
        from ankang.base.approvals import SUBJECTS, Subject

        from . import companion_admin, companion_wards  # noqa: F401 - the first registers its screen
        from .sections import me_sections
        from .services import leaving, merging, settling
        from .views import carriers, changes, companions, family

        companion_wards.connect()
        settling.connect()
        me_sections.extend((carriers.section, companions.section, family.section, changes.section))
        for module, title, decided, lock in (
            (leaving, _("State of a person's record"), leaving.leaving_decided, settling.lock_leaving),
            (merging, _("Merge of two records"), merging.merge_decided, settling.lock_merge),
        ):
            SUBJECTS[module.SUBJECT] = Subject(module.SUBJECT, title, module.address_of, decided, lock)
