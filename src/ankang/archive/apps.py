from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "ankang.archive"
    label = "archive"
    verbose_name = _("Personal archive")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A card on a resident's page; corrected items are approved by a second officer; who is erased is erased here too."""
        from ankang.base.approvals import SUBJECTS, Subject
        from ankang.people.events import person_erased
        from ankang.people.sections import me_sections

        from .services.answering import SUBJECT, address_of, correction_decided
        from .services.erasing import erase_archive
        from .views.mine import section

        SUBJECTS[SUBJECT] = Subject(SUBJECT, _("correction of an archive item"), address_of, correction_decided)
        person_erased.connect(erase_archive)
        if section not in me_sections:
            me_sections.append(section)
