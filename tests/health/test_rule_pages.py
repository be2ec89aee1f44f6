"""The pages of the rulebook: reading for all who may, editing without losing a word, and the page for everybody."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from ankang.core.sm import sm2_verify, sm3
from ankang.health.models import DryRun, RuleRelease
from ankang.health.services import releases
from ankang.health.services.rule_cells import cells_of, header_cells
from ankang.health.services.rule_editing import copy_rule
from ankang.health.services.rule_texts import LARGEST, raw_of
from ankang.health.services.rulebook import shipped_text
from ankang.trust.keyring import keyring

from .builders import NOW
from .test_releases import a_draft, a_dry_run, approve, approver, author, province, staff, submitted

__all__ = ["province"]
pytestmark = pytest.mark.django_db
XSS = "<script>alert(1)</script>"


def sign_in(client: Any, user: Any) -> Any:
    client.force_login(user)
    return client


def fields_of(draft: RuleRelease, **more: str) -> dict[str, str]:
    """What a browser posts from the table's form when nothing is typed."""
    raw = raw_of(draft.text)
    cells = [*header_cells(raw), *(cell for number in range(len(raw["rules"])) for cell in cells_of(raw, number))]
    return {cell.name: cell.value for cell in cells} | {"revision": str(draft.revision), "note": draft.note} | more


def an_open_draft(name: str = "anhui-2022-01") -> RuleRelease:
    return releases.draft_release(author(), name, NOW)


def test_the_list_shows_what_is_in_force_and_what_is_open(client: Any) -> None:
    draft = an_open_draft()
    page = sign_in(client, approver()).get("/console/rules/").content.decode()
    for words in ("现行规则", "zhejiang-2020-07/1", "✓ 有效", f"/console/rules/{draft.pk}/", "anhui-2022-01/2", "草稿"):
        assert words in page
    assert "起草</button>" not in page, "an approver does not draft"
    assert "起草</button>" in sign_in(client, author()).get("/console/rules/").content.decode()


def test_a_version_is_read_in_words_in_both_languages(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, approver())
    chinese = client.get(f"/console/rules/{draft.pk}/").content.decode()
    english = client.get(f"/console/rules/{draft.pk}/?lang=en").content.decode()
    assert "集中隔离满14天" in chinese
    assert "20个示例中有20个与所写一致" in chinese
    assert "14 days of central isolation" in english
    assert "20 of 20 worked examples come out as written" in english
    assert f'href="/console/rules/{draft.pk}/edit"' not in chinese


def test_a_number_changed_in_the_table_is_kept_and_shown_as_a_difference(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, author())
    typed = fields_of(draft, **{"r2.ends.0.steps.0.days": "10", "note": "缩短", "act": "done"})
    assert client.post(f"/console/rules/{draft.pk}/edit", typed).status_code == 302
    draft.refresh_from_db()
    assert (draft.revision, draft.note, draft.text.count("days = 10")) == (2, "缩短", 1)
    page = client.get(f"/console/rules/{draft.pk}/").content.decode()
    assert "与所写不一致的示例：2个" in page
    position = page.split(f"/console/rules/{draft.pk}/examples/")[1].split('"')[0]
    assert client.post(f"/console/rules/{draft.pk}/examples/{position}", {"revision": "2"}).status_code == 302
    assert "与所写不一致的示例：1个" in client.get(f"/console/rules/{draft.pk}/").content.decode()


def test_what_cannot_be_taken_stays_in_its_field(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, author())
    typed = fields_of(draft, **{"r2.ends.0.steps.0.days": "十天", "r3.text.zh": "次密接", "r4.within_days": "0"})
    answer = client.post(f"/console/rules/{draft.pk}/edit", typed)
    page = answer.content.decode()
    assert (answer.status_code, 'value="十天"' in page, "请填整数。" in page) == (422, True, True)
    draft.refresh_from_db()
    assert 'text.zh = "次密接"' in draft.text, "what can be taken is saved"
    assert page.split('id="r4.within_days-fault"')[1].split("</p>")[0].endswith("不能小于 1"), "the schema's fault stands at its field"


def test_rows_are_copied_moved_and_removed(client: Any) -> None:
    draft = an_open_draft("everyday")
    sign_in(client, author())
    for act in ("copy:0", "down:0", "remove:0"):
        draft.refresh_from_db()
        assert client.post(f"/console/rules/{draft.pk}/edit", fields_of(draft, act=act)).status_code == 302
    draft.refresh_from_db()
    assert [rule["id"] for rule in raw_of(draft.text)["rules"]][:2] == ["yellow.fever", "yellow.influenza"]
    assert client.post(f"/console/rules/{draft.pk}/edit", fields_of(draft, act="up:0")).status_code == 404


def test_two_who_edit_see_each_others_words(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, author())
    stale = fields_of(draft, **{"r2.text.zh": "甲写的", "r3.text.zh": "甲又写的"})
    client.post(f"/console/rules/{draft.pk}/edit", fields_of(draft, **{"r2.text.zh": "乙写的"}))
    answer = client.post(f"/console/rules/{draft.pk}/edit", stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("别人保存了这份草稿", "甲写的</textarea>", "甲又写的</textarea>", "当前保存的是： 乙写的"):
        assert words in page
    draft.refresh_from_db()
    assert "乙写的" in draft.text
    client.post(f"/console/rules/{draft.pk}/edit", {**stale, "revision": str(draft.revision)})
    draft.refresh_from_db()
    assert "甲写的" in draft.text


def test_when_rules_moved_meanwhile_what_was_typed_is_listed(client: Any) -> None:
    draft = an_open_draft("everyday")
    sign_in(client, author())
    stale = fields_of(draft, **{"r2.text.zh": "我写的"})
    releases.save_draft(draft.pk, copy_rule(draft.text, 0), "", 1, author(), NOW)
    page = client.post(f"/console/rules/{draft.pk}/edit", stale).content.decode()
    assert "规则有增删或移动" in page
    assert "<dd>我写的</dd>" in page


def test_markup_in_texts_is_shown_as_text(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, author())
    typed = {"r2.text.zh": XSS, "r2.source": XSS, "r2.id": f'red.x"{XSS}', "h.title.zh": XSS, "note": XSS}
    client.post(f"/console/rules/{draft.pk}/edit", fields_of(draft, **typed))
    draft.refresh_from_db()
    assert draft.text.count("<script>") == 4
    for path in ("", "edit", "text", "diff"):
        page = client.get(f"/console/rules/{draft.pk}/{path}").content.decode()
        assert (XSS in page, "&lt;script&gt;" in page) == (False, True), path
    assert XSS not in client.get("/console/rules/").content.decode()


def test_the_whole_text_is_checked_kept_and_never_lost(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, author())
    address = f"/console/rules/{draft.pk}/text"
    broken = draft.text.replace("days = 14", 'days = "x"', 1)
    answer = client.post(address, {"text": broken.replace("\n", "\r\n"), "revision": "1"})
    assert "red.case</strong> <span class=\"mono\">ends 1, steps 2, days</span>" in answer.content.decode()
    stale = client.post(address, {"text": "name = 'mine'", "revision": "1"})
    assert (stale.status_code, "name = &#x27;mine&#x27;" in stale.content.decode()) == (409, True)
    draft.refresh_from_db()
    assert (draft.text, draft.revision) == (broken, 2)
    unreadable = client.post(address, {"text": "name = ", "revision": "2"}).content.decode()
    assert "文件不是有效的 TOML" in unreadable
    assert "请在全文中更正" in client.get(f"/console/rules/{draft.pk}/edit").content.decode()


@pytest.mark.parametrize("content", ["规则".encode("gbk"), "规则".encode("utf-16"), b"\x00\xff"])
def test_a_file_in_another_encoding_is_refused_in_words(client: Any, content: bytes) -> None:
    draft = an_open_draft()
    answer = sign_in(client, author()).post(
        f"/console/rules/{draft.pk}/text", {"file": SimpleUploadedFile("rules.toml", content), "revision": "1", "text": ""}
    )
    assert (answer.status_code, "不是 UTF-8 编码" in answer.content.decode()) == (422, True)
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_megabyte_is_refused_in_words(client: Any) -> None:
    draft = an_open_draft()
    sign_in(client, author())
    for given in ({"text": "# " + "x" * 1_000_000}, {"text": "", "file": SimpleUploadedFile("r.toml", b"#" * 1_000_000)}):
        answer = client.post(f"/console/rules/{draft.pk}/text", {**given, "revision": "1"})
        assert (answer.status_code, "最多256 KiB" in answer.content.decode()) == (413, True)
    draft.refresh_from_db()
    assert draft.revision == 1


def many_rules(count: int) -> str:
    """A set with so many small rules."""
    text = shipped_text("everyday")
    head = text[: text.index("[[rules]]")]
    rule = '[[rules]]\nid = "yellow.r{0}"\ncolour = "yellow"\nsource = "s"\ntext = {{ zh = "中", en = "e" }}\n'
    rule += 'ends_when = {{ zh = "中", en = "e" }}\nwhen = [{{ kind = "contact" }}]\nwithin_days = 7\n\n'
    return head + "".join(rule.format(number) for number in range(count))


def test_five_thousand_rules_are_too_many_and_a_thousand_come_page_by_page(client: Any) -> None:
    draft = an_open_draft("everyday")
    sign_in(client, author())
    answer = client.post(f"/console/rules/{draft.pk}/text", {"text": many_rules(5_000), "revision": "1"})
    assert answer.status_code == 413
    thousand = many_rules(1_000)
    assert len(thousand.encode()) < LARGEST
    assert client.post(f"/console/rules/{draft.pk}/text", {"text": thousand, "revision": "1"}).status_code == 302
    page = client.get(f"/console/rules/{draft.pk}/edit?page=2").content.decode()
    assert page.count('class="rules-row') < 400
    assert 'name="r24.id"' in page
    assert 'name="r23.id"' not in page
    assert client.post(f"/console/rules/{draft.pk}/edit?page=2", {"revision": "2", "r24.within_days": "9"}).status_code == 302
    assert "within_days = 9" in RuleRelease.objects.get(pk=draft.pk).text
    assert client.get(f"/console/rules/{draft.pk}/").content.decode().count("<tr id=") == 60


def test_a_draft_goes_to_approval_when_everything_is_ready(client: Any) -> None:
    draft = a_draft()
    sign_in(client, author())
    DryRun.objects.all().delete()
    refused = client.post(f"/console/rules/{draft.pk}/submit", {"wanted_at": ""})
    assert (refused.status_code, "请先对这份内容做一次试算" in refused.content.decode()) == (409, True)
    a_dry_run(draft)
    past = client.post(f"/console/rules/{draft.pk}/submit", {"wanted_at": "2020-01-01T08:00"})
    assert (past.status_code, "这个时间已经过去" in past.content.decode()) == (422, True)
    assert 'value="2020-01-01T08:00"' in past.content.decode(), "what was typed is kept"
    nonsense = client.post(f"/console/rules/{draft.pk}/submit", {"wanted_at": "soon"})
    assert (nonsense.status_code, "请填写日期和时间" in nonsense.content.decode()) == (422, True)
    assert client.post(f"/console/rules/{draft.pk}/submit", {"wanted_at": ""}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert 'name="decision"' not in client.get(f"/console/rules/{draft.pk}/").content.decode()
    page = sign_in(client, approver()).get(f"/console/rules/{draft.pk}/").content.decode()
    assert 'name="decision" value="yes"' in page
    assert bytes(draft.digest).hex() in page
    client.post(f"/console/approvals/{draft.approval}/decide", {"decision": "yes", "digest": bytes(draft.digest).hex()})
    draft.refresh_from_db()
    assert draft.state == "published"


def test_who_may_only_read_changes_nothing(client: Any) -> None:
    draft, before = an_open_draft(), RuleRelease.objects.count()
    city = staff("city", "rule_author", 5, "3418")
    for user, expected in ((approver(), 403), (city, 403), (staff("door", "door_staff"), 403)):
        sign_in(client, user)
        answers = [
            client.post(f"/console/rules/{draft.pk}/{path}", {"revision": "1", "text": "x"}).status_code
            for path in ("edit", "text", "delete", "submit", "withdraw", "compare", "examples/0")
        ]
        assert answers == [expected] * 7, user
    assert client.get("/console/rules/").status_code == 403, "door staff do not read drafts"
    assert RuleRelease.objects.count() == before
    client.logout()
    assert client.get("/console/rules/").status_code == 302


def test_a_draft_can_be_deleted_and_compared(client: Any) -> None:
    draft, other = an_open_draft(), an_open_draft("everyday")
    sign_in(client, author())
    page = client.get(f"/console/rules/{draft.pk}/diff?with={other.pk}").content.decode()
    assert "yellow.influenza" in page
    assert "逐行对照" in page
    assert client.get(f"/console/rules/{draft.pk}/diff?with=999999").status_code == 404
    assert client.get(f"/console/rules/{draft.pk}/diff?with=<x>").status_code == 404
    assert client.post(f"/console/rules/{draft.pk}/delete").status_code == 302
    assert not RuleRelease.objects.filter(pk=draft.pk).exists()


def test_everybody_reads_the_rules_in_force_and_can_check_them(client: Any) -> None:
    approve(submitted(a_draft()))
    page = client.get("/rules").content.decode()
    for words in ("现行赋码规则", "zhejiang-2020-07/2", "集中隔离满10天", "签名有效"):
        assert words in page
    listed = json.loads(client.get("/api/v1/rules").content)
    assert [(one["name"], one["version"], one["state"]) for one in listed["versions"]] == [
        ("zhejiang-2020-07", 2, "published"),
        ("zhejiang-2020-07", 1, "superseded"),
    ]
    one = json.loads(client.get("/api/v1/rules/zhejiang-2020-07/2").content)
    assert sm3(one["text"].encode()).hex() == one["digest"] == listed["in_force"]["digest"]
    assert one["digest"] in one["signed"]
    assert sm2_verify(keyring().statement_keys()[one["key"]], one["signed"].encode(), bytes.fromhex(one["signature"]))


def test_drafts_are_not_for_everybody(client: Any) -> None:
    an_open_draft()
    for path in ("anhui-2022-01/2", "zhejiang-2020-07/99", "x/1", "%00/1", f"zhejiang-2020-07/{2**80}"):
        assert client.get(f"/api/v1/rules/{path}").status_code == 404, path


def test_the_file_is_downloaded_byte_for_byte(client: Any) -> None:
    draft = an_open_draft()
    answer = sign_in(client, approver()).get(f"/console/rules/{draft.pk}/rules.toml")
    assert (answer.content, answer.headers["Content-Type"]) == (draft.text.encode(), "application/toml; charset=utf-8")
    assert User.objects.filter(username="author").exists()
