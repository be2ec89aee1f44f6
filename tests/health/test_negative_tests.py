"""The latest negative test of a person, as doors that ask for one need it."""

from datetime import timedelta

import pytest

from ankang.health.models import NegativeTest
from ankang.health.services import record_evidence_in_bulk, retract_evidence
from ankang.health.services.evidence_in_bulk import NewEvidence

from .builders import CDC, NOW, a_person, evidence, seconds

pytestmark = pytest.mark.django_db


def latest(person: int) -> int | None:
    """Hours before NOW; None when nothing stands."""
    moment = NegativeTest.objects.get(person=person).sampled_at
    return None if moment is None else round((NOW - moment).total_seconds() / 3600)


def test_the_latest_negative_stands_until_it_is_retracted() -> None:
    person = a_person()
    records = {
        hours: evidence(
            person, "nucleic_test", NOW, result=result, sampled_at=seconds(NOW - timedelta(hours=hours)), number=str(hours)
        )
        for hours, result in ((30, "negative"), (9, "negative"), (50, "negative"), (3, "uncertain"))
    }
    assert latest(person) == 9
    retract_evidence(person, records[9], "another person's sample", "lab", NOW)
    assert latest(person) == 30
    for hours in (30, 50):
        retract_evidence(person, records[hours], "mixed up", "lab", NOW)
    assert latest(person) is None


def test_a_bulk_notes_its_tests_too() -> None:
    person = a_person()
    rows = [
        NewEvidence(person, kind, NOW, {"result": "negative", "sampled_at": seconds(NOW - timedelta(hours=hours))}, CDC)
        for kind, hours in (("nucleic_test", 20), ("nucleic_test", 8), ("antigen_test", 1))
    ]
    record_evidence_in_bulk(rows, NOW)
    assert latest(person) == 8
