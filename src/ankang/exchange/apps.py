from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "ankang.exchange"
    label = "exchange"
    verbose_name = _("Exchange")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Batches are approved by a second person, weighed in dry runs, and rows that wait find who applies."""
        from ankang.base.approvals import SUBJECTS, Subject
        from ankang.health.services.dry_runs import CANDIDATES, SOURCES
        from ankang.people.events import person_applied
        from ankang.staff.events import leaving

        from .services.agents import end_agents_of
        from .services.pool import take_waiting_rows
        from .services.submitting import SUBJECT, address_of, batch_decided
        from .services.weighing import candidate_of, source_of

        SUBJECTS[SUBJECT] = Subject(SUBJECT, _("batch of a feed"), address_of, batch_decided)
        CANDIDATES[SUBJECT] = candidate_of
        SOURCES[SUBJECT] = source_of
        person_applied.connect(take_waiting_rows)
        leaving.append(end_agents_of)
