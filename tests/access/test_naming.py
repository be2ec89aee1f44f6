"""Look-up by name and birth date: whole, with a purpose, narrowed, masked, and every hit a read that its person sees (A6, G3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ankang.access.errors import TooManyLookUps
from ankang.access.forms import PurposeForm
from ankang.access.models import Alert, LookUp
from ankang.access.services.looking_up import look_up
from ankang.access.services.naming import MOST_NAMESAKES, look_up_by_name, open_namesake
from ankang.access.services.watching import watch_reads
from ankang.base.errors import BadInput, NotAllowed, NotFound
from ankang.base.models import AccessRecord
from ankang.people.bulk import register_in_bulk
from ankang.people.models import Person
from tests.exchange.builders import Resident
from tests.laws.access_ground import NOW, Side, document_of, staff_of

from .test_reads import browser_of, county, phone_of

pytestmark = pytest.mark.django_db
BORN = "1990-03-07"


@pytest.fixture
def here() -> Side:
    """Ningguo with three people of one name and birthday, and Anna, who is the only one of hers."""
    side = county("ningguo", "341881", "褚", "嬴")
    side.ids["anna"] = someone_named(side, "Anna O'Neill-Schmidt", 50)
    return side


def someone_named(side: Side, name: str, number: int) -> int:
    """One more person of the county, born on the same day as everybody."""
    row = Resident(document_of(side.county, number), name, f"+861360000{number:04}", town=side.town)
    return register_in_bulk([row], NOW)[0]


def agent_of(side: Side) -> Any:
    return staff_of(side, "agent-1", "hotline_agent")


def log(user: Any) -> list[tuple[str, str, int | None]]:
    """How each look-up of ``user`` ended, in order."""
    return list(LookUp.objects.filter(by=user.pk).order_by("pk").values_list("sought", "outcome", "person"))


def reads(user: Any) -> list[tuple[int, list[str], str]]:
    rows = AccessRecord.objects.filter(reader=user.pk).order_by("at", "person")
    return list(rows.values_list("person", "fields", "purpose"))


def test_one_hit_is_shown_masked_with_the_colour_and_its_person_sees_the_read(here: Side) -> None:
    agent, anna = agent_of(here), here.ids["anna"]
    page = browser_of(agent)
    page.post("/console/look-up/", {"purpose": "window", "note": "no. 9"})
    body = page.post("/console/look-up/number/", {"name": " ａnna o’neill‐schmidt", "born": BORN}).content.decode()
    assert ("code-mark--" in body, "Anna" in body, document_of("341881", 50) in body) == (True, False, False)
    assert page.get("/console/look-up/number/").status_code == 302, "one purpose, one try"
    assert (log(agent), reads(agent)) == ([("name", "found", anna)], [(anna, ["colour", "state"], "window: no. 9")])
    assert "no. 9" in phone_of(anna).get("/me/reads").content.decode()


def test_of_several_each_is_a_line_without_colour_and_a_read_and_one_is_opened(here: Side) -> None:
    agent, people = agent_of(here), list(Person.objects.exclude(pk=here.ids["anna"]).order_by("pk"))
    page = browser_of(agent)
    page.post("/console/look-up/", {"purpose": "hotline", "note": "order 3"})
    body = page.post("/console/look-up/number/", {"name": "褚明明嬴", "born": BORN}).content.decode()
    assert (body.count("褚*嬴</strong>"), "code-mark--" in body, "褚明明嬴" in body) == (3, False, False)
    assert [row[:2] for row in reads(agent)] == [(person.pk, ["search"]) for person in people]
    opened = page.post(f"/console/look-up/people/{people[1].pk}/").content.decode()
    assert ("code-mark--" in opened, people[1].document in opened) == (True, False)
    assert reads(agent)[-1] == (people[1].pk, ["colour", "state"], "hotline: order 3")
    assert log(agent) == [("name", "found", None)]
    assert page.post(f"/console/look-up/people/{here.ids['anna']}/").status_code == 404, "nobody showed her"
    assert browser_of(staff_of(here, "agent-2", "hotline_agent")).post(f"/console/look-up/people/{people[1].pk}/").status_code == 404


def test_who_was_found_is_served_at_the_window_for_the_same_purpose(here: Side) -> None:
    anna, clerk = here.ids["anna"], here.maker
    page = browser_of(clerk)
    address = f"/console/look-up/people/{anna}/serve/"
    assert page.post(address).status_code == 404, "nobody looked her up"
    page.post("/console/look-up/", {"purpose": "window", "note": "no. 9"})
    found = page.post("/console/look-up/number/", {"name": "Anna O'Neill-Schmidt", "born": BORN}).content.decode()
    assert (address in found, "/serve/" in page.get("/console/look-up/").content.decode()) == (True, False)
    assert page.post(address).headers["Location"] == f"/console/desk/{anna}/"
    assert page.get(f"/console/desk/{anna}/").status_code == 200
    assert reads(clerk)[-1] == (anna, ["document", "name", "phone"], "window: no. 9")
    agent = agent_of(here)
    look_up_by_name(agent, "Anna O'Neill-Schmidt", BORN, "hotline: 1", timezone.now())
    assert browser_of(agent).post(address).status_code == 403


def test_a_line_is_opened_within_the_hour_only(here: Side) -> None:
    agent, now = agent_of(here), timezone.now()
    one = look_up_by_name(agent, "褚明明嬴", BORN, "hotline: 1", now).several[0]
    with pytest.raises(NotFound):
        open_namesake(agent, one.pk, now + timedelta(hours=1, seconds=1))
    assert open_namesake(agent, one.pk, now + timedelta(minutes=59)).person == one.pk


def test_five_are_listed_at_most_and_no_more_are_read(here: Side) -> None:
    for number in range(60, 63):
        someone_named(here, "褚明明嬴", number)
    agent = agent_of(here)
    named = look_up_by_name(agent, "褚明明嬴", BORN, "hotline: 1", timezone.now())
    assert (len(named.several), named.more, len(reads(agent))) == (MOST_NAMESAKES, True, MOST_NAMESAKES)


def test_who_lives_elsewhere_is_answered_like_nobody_and_only_the_log_knows(here: Side) -> None:
    county("xuanzhou", "341802", "卫", "芈")
    agent, answers = agent_of(here), set()
    page = browser_of(agent)
    for name in ("卫明明芈", "无此人"):
        page.post("/console/look-up/", {"purpose": "window", "note": "no. 9"})
        answers.add(without_left(page.post("/console/look-up/number/", {"name": name, "born": BORN}).content.decode()))
    assert len(answers) == 1
    assert (log(agent), reads(agent)) == ([("name", "outside", None), ("name", "nobody", None)], [])
    watch_reads(timezone.now())
    assert Alert.objects.filter(pattern="outside_region", reader=agent.pk).count() == 1


def without_left(body: str) -> str:
    """The answer to the look-up: the page from its first sentence up to how many are left."""
    return body.split('<p class="sheet__lead">')[1].split("Look-ups left")[0]


def test_part_of_a_name_another_day_or_the_name_alone_finds_nobody(here: Side) -> None:
    agent, now = agent_of(here), timezone.now()
    for name, born in (("褚明", BORN), ("褚明明嬴", "1990-03-08"), ("明明嬴", BORN)):
        assert look_up_by_name(agent, name, born, "hotline: 1", now).several == ()
    assert {outcome for _, outcome, _ in log(agent)} == {"nobody"}
    assert len({bytes(row.number_blind) for row in LookUp.objects.filter(by=agent.pk)}) == 3


@pytest.mark.parametrize(
    ("name", "born", "faults"),
    [
        ("王" * 51, BORN, {"name": "too_long"}),
        ("王" * 100_000, BORN, {"name": "too_long"}),
        ("王\0明", BORN, {"name": "bad_characters"}),
        ("Аnna Schmidt", BORN, {"name": "mixed_scripts"}),
        ("", BORN, {"name": "too_short"}),
        ("王明", "1990-02-30", {"born": "bad_date"}),
        ("王明", "2999-01-01", {"born": "bad_date"}),
        ("王明", "", {"born": "bad_date"}),
        ("王", "x", {"name": "too_short", "born": "bad_date"}),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_searched(here: Side, name: str, born: str, faults: dict[str, str]) -> None:
    agent = agent_of(here)
    with pytest.raises(BadInput) as refusal:
        look_up_by_name(agent, name, born, "hotline: 1", timezone.now())
    assert (refusal.value.details, log(agent)) == ({"fields": faults}, [])


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"number": ""}, "Write the document number here"),
        ({"number": "1", "name": "王明"}, "not both"),
        ({"name": "王明"}, "nobody is found by the name alone"),
        ({"born": BORN}, "Write the full name"),
        ({"name": "王明", "born": "1990-02-30"}, "Write the birth date as"),
        ({"name": "Аnna Schmidt", "born": BORN}, "Chinese characters or Latin letters"),
    ],
)
def test_the_page_says_what_is_wrong_keeps_what_was_typed_and_the_purpose(here: Side, typed: dict[str, str], says: str) -> None:
    page = browser_of(agent_of(here))
    page.post("/console/look-up/", {"purpose": "window", "note": "no. 9"})
    answer = page.post("/console/look-up/number/", typed)
    body = answer.content.decode()
    assert (answer.status_code, says in body, "no. 9" in body) == (422, True, True)
    assert all(f'value="{value}"' in body for value in typed.values() if value)
    assert not LookUp.objects.filter(by_name="agent-1").exists()


@pytest.mark.parametrize("note", ["\u200b", "\u202e \u2066", "  "])
def test_a_purpose_that_nobody_sees_is_none(here: Side, note: str) -> None:
    form = PurposeForm({"purpose": "window", "note": note})
    assert (form.is_valid(), list(form.errors)) == (False, ["note"])
    shown = PurposeForm({"purpose": "window", "note": f"\u202e工单 8{note}"})
    assert (shown.is_valid(), shown.words()) == (True, "window: 工单 8")


def test_names_and_numbers_share_one_hour_and_many_misses_are_an_alert(here: Side) -> None:
    tracer, now = staff_of(here, "tracer-1", "tracer"), timezone.now()
    for second in range(29):
        look_up_by_name(tracer, "无此人", str(NOW.date() - timedelta(days=second)), "investigation: 1", now)
    look_up(tracer, "00001", "investigation: 1", now)
    with pytest.raises(TooManyLookUps):
        look_up_by_name(tracer, "无此人", BORN, "investigation: 1", now)
    with pytest.raises(NotAllowed):
        look_up_by_name(staff_of(here, "door-1", "door_staff"), "无此人", BORN, "investigation: 1", now)
    watch_reads(now)
    assert Alert.objects.get(pattern="wrong_numbers", reader=tracer.pk).counts == {"numbers": 30}


def test_the_auditor_sees_how_each_look_up_asked(here: Side) -> None:
    agent = agent_of(here)
    look_up_by_name(agent, "无此人", BORN, "hotline: 7", timezone.now())
    page: Client = browser_of(staff_of(here, "auditor-1", "auditor"))
    body = page.get("/console/reads/look-ups/?outcome=nobody").content.decode()
    assert ("name and birth date" in body, "nobody found" in body, "无此人" in body) == (True, True, False)
