"""Every feed, from a file to evidence on file; its template is a file that it takes."""

import pytest

from ankang.exchange import services
from ankang.exchange.kinds import PERSON, all_kinds
from ankang.health.models import Evidence

from .builders import Resident, counts, decided, ran, registered, submitted

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLE = Resident("341881199003070015", "王小明", "+8613800000001")


EVIDENCE = [slug for slug, kind in all_kinds().items() if kind.evidence]
SECTIONS = {slug: kind for slug, kind in all_kinds().items() if kind.section}


@pytest.mark.parametrize("slug", EVIDENCE)
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_the_template_of_every_feed_is_a_file_that_it_takes(slug, extension, officer, approver):
    (person,) = registered([EXAMPLE])
    kind = services.feed_kind(slug)
    template = services.template_csv if extension == "csv" else services.template_xlsx
    batch = submitted(template(kind, "zh" if extension == "csv" else "en"), officer, slug, f"{slug}.{extension}")
    assert batch.findings["faults"] == {}
    if batch.state == "pending_approval":
        decided(batch, approver)
    batch = ran(batch)
    record = Evidence.objects.get(person=person)
    assert (batch.state, counts(batch), record.kind) == ("finished", {"succeeded": 1}, kind.evidence.value)
    assert record.source["feed"] == slug
    assert (record.source["batch"], record.source["row"]) == (str(batch.pk), "2")


def test_what_can_worsen_waits_for_a_second_person_and_the_rest_goes_straight(officer, people):
    ways = {}
    for kind in services.feeds_for(officer):
        batch = submitted(services.template_csv(kind, "zh"), officer, kind.slug, "a.csv")
        ways[kind.slug] = batch.state
    tests = {"nucleic-tests", "antigen-tests", "antibody-tests", "temperatures"}  # the examples are negative and cool
    straight = tests | {"vaccinations", "antipyretic-sales", "consultations", "home-visits"}
    assert {slug for slug, state in ways.items() if state == "approved"} == straight
    assert {state for slug, state in ways.items() if slug not in straight} == {"pending_approval"}


def test_every_column_has_a_chinese_and_an_english_header_and_an_example_of_its_own():
    for kind in all_kinds().values():
        titles = [title for column in kind.columns for title in (column.zh, column.en)]
        assert len(set(titles)) == len(titles), kind.slug
        assert all(column.example for column in kind.columns)
        assert [column.attribute for column in kind.columns[:4]] == list(PERSON)
