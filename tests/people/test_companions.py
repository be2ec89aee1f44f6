"""Who walks with whom: agreed by the other one, six at most, no chains, ended by either side (A6)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client

from ankang.base.errors import BadInput, NotFound
from ankang.base.models import AccessRecord, Message, Revision
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.gate_names import gate_names_key, open_name
from ankang.people import companions, services
from ankang.people.errors import ChainRefused, CodeExpired, CodeWrong, TooManyCompanions
from ankang.people.models import Companion, CompanionEvent, OneTimeCode
from ankang.trust.keyring import keyring

from .conftest import HELI, NOW, a_document, newest_code
from .test_console import staff
from .test_pages import text

Apply = Callable[..., Any]
OTHER = "+8613800000002"
LI = ("resident_id", a_document(2), "李大海")
TONIGHT = datetime.fromtimestamp(epoch_start(epoch_of(NOW.timestamp()) + 1), UTC)


def revision() -> int:
    return sum(Revision.objects.filter(name="companions").values_list("revision", flat=True))


@pytest.fixture
def wang(applied: Apply) -> int:
    return int(applied().person.pk)


@pytest.fixture
def li(applied: Apply) -> int:
    return int(applied(document=LI[1], name=LI[2], phone=OTHER).person.pk)


@pytest.fixture
def child(applied: Apply, wang: int) -> int:
    """On the same phone as 王小明."""
    return int(applied(document=a_document(3), name="王小宝").person.pk)


def events(pair: Companion) -> list[tuple[str, str]]:
    return list(CompanionEvent.objects.filter(pair=pair).order_by("pk").values_list("what", "actor"))


def test_people_of_one_phone_walk_together_at_once(wang: int, child: int) -> None:
    before = revision()
    pair = companions.propose(wang, "resident_id", a_document(3), "王小宝", NOW)
    assert pair is not None
    assert (pair.holder_id, pair.companion_id, pair.how, pair.slot, pair.revision) == (wang, child, "phone", 1, before + 1)
    key = gate_names_key(keyring().newest("card").secret)
    assert open_name(key, child, bytes(pair.name_sealed)).decode() == "王*宝"
    assert open_name(key, wang, bytes(pair.name_sealed)) == b""
    assert companions.propose(wang, "resident_id", a_document(3), "王小宝", NOW) == pair


def test_others_agree_on_their_own_phone(wang: int, li: int) -> None:
    OneTimeCode.objects.all().delete()
    assert companions.propose(wang, *LI, NOW) is None
    message = Message.objects.order_by("-pk").first()
    assert message is not None
    assert (message.to, "王*明 asks to bring you along" in message.body) == (OTHER, True)
    digits = newest_code(OTHER)
    with pytest.raises(CodeWrong):
        companions.confirm(wang, *LI, "000000" if digits != "000000" else "111111", NOW)
    pair = companions.confirm(wang, *LI, digits, NOW)
    assert (pair.companion_id, pair.how, events(pair)) == (li, "consent", [("bound", "holder")])
    assert "may now bring you along" in Message.objects.order_by("-pk").first().body  # type: ignore[union-attr]


def test_the_digits_for_one_holder_do_not_work_for_another(wang: int, li: int, applied: Apply) -> None:
    thief = applied(document=a_document(4), name="赵四", phone="+8613800000004").person.pk
    OneTimeCode.objects.all().delete()
    companions.propose(wang, *LI, NOW)
    with pytest.raises(CodeExpired):
        companions.confirm(thief, *LI, newest_code(OTHER), NOW)
    assert Companion.objects.count() == 0


def test_nobody_learns_who_is_on_file(wang: int, li: int) -> None:
    OneTimeCode.objects.all().delete()
    Message.objects.all().delete()
    assert companions.propose(wang, "resident_id", a_document(9), "李大海", NOW) is None
    assert companions.propose(wang, "resident_id", LI[1], "李小海", NOW) is None
    assert Message.objects.count() == 0
    with pytest.raises(CodeExpired):
        companions.confirm(wang, "resident_id", a_document(9), "李大海", "123456", NOW)
    with pytest.raises(BadInput):
        companions.propose(wang, "resident_id", a_document(), "王小明", NOW)


def test_along_is_until_tonight_and_exactly_who_was_chosen(wang: int, li: int, child: int) -> None:
    one, two = companions.bind(wang, li, "staff", NOW), companions.bind(wang, child, "phone", NOW)
    assert companions.take_along(wang, [one.pk, two.pk], None, NOW) == TONIGHT
    assert companions.take_along(wang, [two.pk], NOW + timedelta(days=3), NOW) == TONIGHT
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.along_until, two.along_until) == (None, TONIGHT)
    assert one.revision == two.revision == revision()
    assert events(one) == [("bound", "holder"), ("along", "holder"), ("apart", "holder")]
    with pytest.raises(BadInput):
        companions.take_along(wang, [two.pk], NOW - timedelta(seconds=1), NOW)


def test_there_are_no_chains(wang: int, li: int, child: int) -> None:
    mine, deeper = companions.bind(wang, li, "staff", NOW), companions.bind(li, child, "staff", NOW)
    companions.take_along(li, [deeper.pk], None, NOW)
    with pytest.raises(ChainRefused):
        companions.take_along(wang, [mine.pk], None, NOW)
    companions.take_along(li, [], None, NOW)
    companions.take_along(wang, [mine.pk], None, NOW)
    with pytest.raises(ChainRefused):
        companions.take_along(li, [deeper.pk], None, NOW)


def test_one_walks_with_one_holder_the_last_who_said_so(wang: int, li: int, child: int) -> None:
    mother, father = companions.bind(wang, child, "phone", NOW), companions.bind(li, child, "staff", NOW)
    companions.take_along(wang, [mother.pk], None, NOW)
    companions.take_along(li, [father.pk], None, NOW)
    mother.refresh_from_db()
    assert (mother.along_until, mother.revision) == (None, revision())


def test_either_side_ends_it_and_others_cannot(wang: int, li: int, child: int) -> None:
    pair = companions.bind(wang, li, "staff", NOW)
    companions.take_along(wang, [pair.pk], None, NOW)
    assert companions.step_out(pair.pk, li, NOW)
    assert not companions.step_out(pair.pk, li, NOW)
    for refused in (lambda: companions.end(pair.pk, child, NOW), lambda: companions.step_out(pair.pk, wang, NOW)):
        with pytest.raises(NotFound):
            refused()
    assert companions.end(pair.pk, li, NOW)
    assert not companions.end(pair.pk, wang, NOW)
    pair.refresh_from_db()
    assert (pair.ended_why, pair.along_until, companions.companions_of(wang)) == ("companion", None, [])
    with pytest.raises(NotFound):
        companions.take_along(wang, [pair.pk], None, NOW)
    assert companions.bind(wang, li, "staff", NOW).pk != pair.pk


def test_a_required_consent_withdrawn_ends_every_pair(wang: int, li: int) -> None:
    companions.bind(wang, li, "staff", NOW)
    services.withdraw_consent(li, "verification", NOW)
    assert Companion.objects.get().ended_why == "consent_withdrawn"


def test_staff_bind_with_a_purpose_on_record(wang: int, li: int) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    pair = companions.bind(wang, li, "staff", NOW, clerk, "window: family book seen")
    assert (pair.agreed_by, events(pair)) == (clerk.pk, [("bound", "staff")])
    reads = AccessRecord.objects.values_list("person", "purpose", "fields")
    assert sorted(reads) == sorted([(one, "window: family book seen", ["companions"]) for one in (wang, li)])


def test_a_seventh_is_refused_by_the_table_itself(wang: int, li: int, applied: Apply) -> None:
    for number in range(10, 16):
        other = applied(document=a_document(number), name="李大海", phone=f"+86138000000{number}").person.pk
        companions.bind(wang, other, "staff", NOW)
    with pytest.raises(TooManyCompanions):
        companions.bind(wang, li, "staff", NOW)
    with pytest.raises(TooManyCompanions):
        companions.propose(wang, *LI, NOW)
    row = {"how": "staff", "agreed_at": NOW, "name_sealed": b"", "revision": 1, "companion_id": li}
    for bad in ({"holder_id": wang, "slot": 7}, {"holder_id": wang, "slot": 6}, {"holder_id": li, "slot": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Companion.objects.create(**row, **bad)


def test_the_pages_ask_confirm_choose_and_end(applied: Apply, li: int) -> None:
    me = Client()
    me.cookies["ankang_lang"] = "en"
    me.cookies["ankang_resident"] = applied().credential.token
    OneTimeCode.objects.all().delete()
    assert "Nobody yet" in text(me.get("/me/companions"))
    assert me.get("/me/companions/confirm").headers["Location"] == "/me/companions/add"
    who = dict(zip(("document_kind", "document", "name"), LI, strict=True))
    assert "This is you" in text(me.post("/me/companions/add", who | {"document": a_document(), "name": "王小明"}))
    assert me.post("/me/companions/add", who).headers["Location"] == "/me/companions/confirm"
    assert "李*海" in text(me.get("/me/companions/confirm"))
    assert me.post("/me/companions/confirm", {"code": "12"}).status_code == 422
    assert me.post("/me/companions/confirm", {"code": newest_code(OTHER)}).headers["Location"] == "/me/companions"
    pair = Companion.objects.get()
    assert me.post("/me/companions", {"do": "along", "pairs": [pair.pk], "until": "2"}).status_code == 302
    page = text(me.get("/me/companions"))
    assert ("walks with you until" in page, "大海" in page) == (True, False)
    assert "With you today: 李*海" in text(me.get("/me"))
    assert me.post("/me/companions", {"do": "apart", "pair": pair.pk}).status_code == 404
    me.post("/me/companions", {"do": "end", "pair": pair.pk})
    assert "Nobody yet" in text(me.get("/me/companions"))
    assert Client().get("/me/companions").status_code == 302


def test_the_api_does_all_that_the_pages_do(applied: Apply, li: int) -> None:
    token, person = (applied().credential.token, services.find_person("resident_id", a_document()))
    assert person is not None
    OneTimeCode.objects.all().delete()

    def call(method: str, path: str, body: object = None, status: int = 200) -> Any:
        answer = getattr(Client(), method)(
            f"/api/v1/me/companions{path}", body, "application/json", headers={"authorization": f"Bearer {token}"}
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    who = dict(zip(("document_kind", "document", "name"), LI, strict=True))
    assert call("post", "", who) == {"bound": False}
    assert call("post", "/confirm", who | {"code": "x"}, 422)["error"] == "bad_input"
    answer = call("post", "/confirm", who | {"code": newest_code(OTHER)})
    pair = answer["companions"][0]["pair"]
    assert (answer["companions"][0]["name"], answer["holders"]) == ("李*海", [])
    assert call("put", "/along", {"pairs": [pair]})["companions"][0]["along_until"]
    assert call("put", "/along", {"pairs": [pair + 1]}, 404)["error"] == "not_found"
    assert call("put", "/along", {"pairs": [pair], "until": "2020-01-01T00:00:00"}, 422)["error"] == "bad_input"
    assert call("delete", f"/{pair}")["companions"] == []
    assert Client().get("/api/v1/me/companions").status_code == 401


def test_the_console_shows_pairs_masked_and_only_of_the_own_region(wang: int, li: int) -> None:
    companions.bind(wang, li, "consent", NOW)
    address = "/console/people/companion/"
    page = text(staff("health_commission").get(address))
    assert all(words in page for words in ("王*明", "李*海", "agreed on the own phone"))
    assert "王小明" not in page
    assert "王*明" not in text(staff("health_commission", HELI).get(address))
    assert staff("checkpoint_manager").get(address).status_code == 403
