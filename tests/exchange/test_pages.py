"""A batch on the console's pages, from the file to the last row, by two people and without a script."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ankang.exchange.models import Batch
from ankang.exchange.services.checking import check_batch
from ankang.exchange.services.running import run_batch
from ankang.health.models import Evidence

from .builders import HEADER, NOW, a_test, at, document, residents, sent, staff, table

pytestmark = pytest.mark.django_db(transaction=True)
FEEDS = "/console/feeds/"


def signed_in(user: User, lang: str = "en") -> Client:
    """A browser of this member of staff, without scripts."""
    client = Client()
    client.force_login(user)
    client.cookies["ankang_lang"] = lang
    return client


def shown(answer: Any, status: int = 200) -> str:
    """The words of a page."""
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def page_of(batch: Batch) -> str:
    return f"{FEEDS}batches/{batch.pk}/"


def posted(client: Client, content: bytes, feed: str = "nucleic-tests", filename: str = "results.csv") -> Any:
    """Send a file with the plain form."""
    return client.post(f"{FEEDS}send", {"feed": feed, "file": SimpleUploadedFile(filename, content)})


def contacts(*people: Any) -> bytes:
    """A file of close contacts."""
    return table(
        [
            {"姓名": who.name, "证件号码": who.document, "最后接触时间": at(-2), "接触类型": "密切接触者"}
            for who in people
        ]
    )


def test_a_file_is_sent_checked_approved_by_another_and_run(officer, approver, people) -> None:
    client, other = signed_in(officer), signed_in(approver)
    answer = posted(client, contacts(*residents(2)), "contacts", "contacts.csv")
    batch = Batch.objects.get()
    assert answer.headers["Location"] == page_of(batch)
    assert "its rows are being checked" in shown(client.get(page_of(batch)))
    check_batch(batch.pk)
    page = shown(client.get(page_of(batch)))
    assert "The check found 2 good rows and no faults" in page
    assert "Whom this batch would turn" in page
    assert "2 people would turn from green code to red code" in page
    assert client.post(f"{page_of(batch)}submit", {"note": "宁国一中"}).status_code == 302
    asked = client.get(page_of(batch))
    assert "somebody else has to agree" in shown(asked)
    assert 'value="yes"' not in asked.content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', other.get(page_of(batch)).content.decode())
    batch.refresh_from_db()
    decision = {"decision": "yes", "digest": digest.group(1)}
    decided = other.post(f"/console/approvals/{batch.approval}/decide", decision)
    assert decided.headers["Location"] == page_of(batch)
    assert not Evidence.objects.filter(kind="contact").exists()
    run_batch(batch.pk)
    page = shown(client.get(page_of(batch)))
    assert "Done. Every row is on file." in page
    assert "People turned to a worse colour by it: 2." in page
    assert sorted(Evidence.objects.filter(kind="contact").values_list("person", flat=True)) == people[:2]


def test_refused_rows_are_downloaded_mended_and_sent_again(officer, people) -> None:
    client = signed_in(officer)
    rows = [a_test(who) for who in residents(2)]
    rows[1] |= {"检测结果": "阴姓"}
    batch = sent(table(rows), officer, submit=True)
    run_batch(batch.pk)
    page = client.get(page_of(batch)).content.decode()
    assert "Download the refused rows" in page
    assert "<mark>阴姓</mark>" in page
    download = client.get(f"{page_of(batch)}refused.csv")
    original = b"".join(download.streaming_content).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(original)))
    assert found[0] == ["why", *HEADER]
    assert found[1][:3] == ["检测结果: Not one of the values", rows[1]["姓名"], rows[1]["证件号码"]]
    posted(client, original.replace("阴姓", "阴性").encode(), filename="mended.csv")
    mended = Batch.objects.latest("pk")
    check_batch(mended.pk)
    client.post(f"{page_of(mended)}submit")
    run_batch(mended.pk)
    assert "Done. Every row is on file." in shown(client.get(page_of(mended)))
    assert Evidence.objects.filter(person=people[1], kind="nucleic_test").count() == 1


def test_refused_rows_are_masked_on_the_page_and_in_clear_only_for_senders(officer, approver, people) -> None:
    who = residents(1)[0]
    row = a_test(who) | {"检测结果": who.document, "检测机构": "电话 13812345678", "家庭住址": "宁国市中溪镇 8 号"}
    batch = sent(table([row, a_test(residents(2)[1])]), officer, submit=True)
    run_batch(batch.pk)
    for user in (officer, approver):
        page = signed_in(user).get(page_of(batch)).content.decode()
        assert "Not one of the values" in page
        for secret in (who.document, who.name, "13812345678", "中溪镇"):
            assert secret not in page
    assert signed_in(approver).get(f"{page_of(batch)}refused.csv").status_code == 403
    assert signed_in(officer).get(f"{page_of(batch)}refused.xlsx").content[:2] == b"PK"
    assert signed_in(officer).get(f"{page_of(batch)}refused.doc").status_code == 404


def test_rows_without_a_person_wait_and_are_looked_for_again(officer, ningguo) -> None:
    from .builders import registered

    client = signed_in(officer)
    batch = sent(table([a_test(who) for who in residents(2)]), officer, submit=True)
    run_batch(batch.pk)
    assert "Waiting for their person: 2 rows" in shown(client.get(page_of(batch)))
    registered(residents(1))
    said = shown(client.post(f"{page_of(batch)}rematch", follow=True))
    assert "Rows that found their person: 1." in said
    assert "Waiting for their person: 1 rows" in said


def test_a_batch_is_stopped_goes_on_and_is_cancelled(officer, people) -> None:
    client = signed_in(officer)
    batch = sent(table([a_test(who) for who in residents(5)]), officer, submit=True)
    Batch.objects.filter(pk=batch.pk).update(state="running")
    client.post(f"{page_of(batch)}stop")
    assert "It stops after the rows that are being recorded." in shown(client.get(page_of(batch)))
    run_batch(batch.pk)
    page = shown(client.get(page_of(batch)))
    assert "It was stopped. What is recorded stays" in page
    assert "0 of 5 rows" in page
    client.post(f"{page_of(batch)}resume")
    run_batch(batch.pk)
    assert "Done. Every row is on file." in shown(client.get(page_of(batch)))
    said = shown(client.post(f"{page_of(batch)}cancel", follow=True))
    assert "The batch is not in a state for this." in said
    other = sent(table([a_test(residents(1)[0], "N1")]), officer)
    assert "It was cancelled. Nothing was recorded." in shown(client.post(f"{page_of(other)}cancel", follow=True))


def test_a_moment_in_the_past_is_not_taken_and_the_note_is_still_there(officer, people) -> None:
    client = signed_in(officer)
    batch = sent(table([a_test(residents(1)[0])]), officer)
    answer = client.post(f"{page_of(batch)}submit", {"note": "看过了", "run_at": "2020-01-01T08:00"})
    assert "That moment has passed." in shown(answer, 422)
    assert "看过了" in answer.content.decode()
    answer = client.post(f"{page_of(batch)}submit", {"run_at": "2099-01-01T08:00"})
    assert "That is more than a year ahead." in shown(answer, 422)
    tomorrow = f"{NOW + timedelta(hours=32):%Y-%m-%d}"
    client.post(f"{page_of(batch)}submit", {"run_at": f"{tomorrow}T23:00"})
    assert f"It is to begin on {tomorrow} 23:00." in shown(client.get(page_of(batch)))


def test_the_part_that_refreshes_asks_for_the_whole_page_when_the_work_is_over(officer, people) -> None:
    client = signed_in(officer)
    batch = sent(table([a_test(residents(1)[0])]), officer, submit=True)
    live = client.get(f"{page_of(batch)}live")
    assert ("HX-Refresh" in live.headers, 'hx-trigger="every 2s"' in live.content.decode()) == (False, True)
    run_batch(batch.pk)
    live = client.get(f"{page_of(batch)}live")
    assert (live.headers["HX-Refresh"], "hx-trigger" in live.content.decode()) == ("true", False)


def test_another_county_s_batch_is_not_there(officer, people) -> None:
    from ankang.base.models import Region

    Region.objects.create(code="341882", parent_id="3418", name="广德市", name_en="Guangde", level="county")
    batch = sent(table([a_test(residents(1)[0])]), officer)
    stranger = signed_in(staff("feed_officer", "341882"))
    for address in ("", "live", "refused.csv"):
        assert stranger.get(page_of(batch) + address).status_code == 404
    for act in ("submit", "stop", "resume", "cancel", "rematch"):
        assert stranger.post(page_of(batch) + act).status_code == 404
    assert "results.csv" not in shown(stranger.get(FEEDS))
    assert "results.csv" in shown(signed_in(officer).get(FEEDS))
    again = posted(stranger, table([a_test(residents(1)[0])]))
    assert again.headers["Location"] == f"{FEEDS}kinds/nucleic-tests/"
    assert "sent before, in another region" in shown(stranger.get(again.headers["Location"]))


def test_whoever_may_only_look_or_decide_cannot_act(officer, approver, people) -> None:
    batch = sent(table([a_test(residents(1)[0])]), officer)
    client = signed_in(approver)
    page = client.get(page_of(batch)).content.decode()
    assert f"{page_of(batch)}submit" not in page
    assert f"{page_of(batch)}cancel" not in page
    for act in ("submit", "stop", "resume", "cancel", "rematch"):
        assert client.post(page_of(batch) + act).status_code == 403
    assert posted(client, b"x").status_code == 403
    assert 'type="file"' not in client.get(FEEDS).content.decode()


def test_names_of_files_and_cells_are_words_and_never_markup(officer, people) -> None:
    evil = '"><script>alert(1)</script>'
    row = a_test(residents(1)[0]) | {"检测结果": evil, evil: "x"}
    batch = sent(table([row, a_test(residents(2)[1])]), officer, filename=f"{evil}.csv", submit=True)
    run_batch(batch.pk)
    client = signed_in(officer)
    for address in (FEEDS, page_of(batch), f"{FEEDS}?q={evil}&state={evil}&order={evil}&page={evil}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "&lt;script&gt;alert" in answer.content.decode()


def test_the_table_is_filtered_and_sorted_by_its_address(officer, people) -> None:
    client = signed_in(officer)
    first = sent(table([a_test(residents(1)[0])]), officer, filename="first.csv", submit=True)
    run_batch(first.pk)
    sent(table([a_test(who) for who in residents(3)]), officer, filename="second.csv")
    sent(contacts(residents(1)[0]), officer, "contacts", "third.csv")

    def files(query: str) -> list[str]:
        return re.findall(r'batches__file">(\w+)\.csv', client.get(FEEDS + query).content.decode())

    assert files("") == ["third", "second", "first"]
    assert files("?state=finished") == ["first"]
    assert files("?feed=nucleic-tests&order=rows") == ["first", "second"]
    assert files("?feed=nucleic-tests&order=-rows") == ["second", "first"]
    assert files("?q=SECOND") == ["second"]
    assert files(f"?q={first.pk}") == ["first"]
    assert files("?q=nothing") == []
    assert 'href="?feed=nucleic-tests&amp;order=-rows"' in client.get(f"{FEEDS}?feed=nucleic-tests").content.decode()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(officer, people, lang: str) -> None:
    client = signed_in(officer, lang)
    batch = sent(table([a_test(residents(1)[0]), {**a_test(residents(2)[1]), "证件号码": document(9)[:-1]}]), officer)
    word = "数据" if lang == "zh-hans" else "feed"
    for address in (
        FEEDS,
        f"{FEEDS}kinds/contacts/",
        f"{FEEDS}kinds/contacts/record/",
        f"{FEEDS}tokens/",
        page_of(batch),
    ):
        assert word in shown(client.get(address)).lower()
    unknown = client.get(f"{FEEDS}kinds/horoscopes/")
    assert unknown.status_code == 404
