"""Lists of places: read, planned, looked at, carried out, mended and undone."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from ankang.base.errors import NotFound
from ankang.base.reading import as_csv, as_xlsx
from ankang.core.policies import BY_SLUG
from ankang.places.errors import ImportNotReady, NameTaken, UnderItself
from ankang.places.jobs import enqueue_import, import_job, take_up_imports
from ankang.places.models import Checkpoint, Organisation, PlaceImport, PlaceImportRow
from ankang.places.services.import_running import confirm_import, run_import, undo_import
from ankang.places.services.imports import check_import, imports_of, refused_rows, take_import
from ankang.places.services.tree_moves import move_organisation

from .builders import NOW, a_checkpoint, a_region, an_organisation, revision, staff

pytestmark = pytest.mark.django_db

HEADER = ["单位名称", "上级单位", "区划", "检查点名称", "场所类型", "状态", "开放时间"]


def a_file(*rows: list[str], header: list[str] | None = None) -> bytes:
    """A CSV as spreadsheets write it."""
    return b"".join(as_csv([header or HEADER, *rows]))


def checked(body: bytes, by: Any = None, name: str = "list.csv") -> PlaceImport:
    """A list that was looked at."""
    return check_import(take_import(body, name, by, NOW).pk, by, NOW)


def carried_out(body: bytes, by: Any = None, name: str = "list.csv") -> PlaceImport:
    """A list that was confirmed and carried out."""
    batch = checked(body, by, name)
    confirm_import(batch.pk, by, NOW)
    return run_import(batch.pk, by, NOW)


def faults(batch: PlaceImport) -> dict[int, list[tuple[str, str]]]:
    """Line → its faults."""
    rows = PlaceImportRow.objects.filter(batch=batch, outcome="fault")
    return {row.line: [tuple(fault) for fault in row.faults] for row in rows}


def paths() -> dict[str, str]:
    """Every organisation's way from the top, by names; and the stored path says the same."""
    rows = {one.pk: one for one in Organisation.objects.all()}
    said = {}
    for one in rows.values():
        chain, above = [one], one.parent_id
        while above:
            chain.insert(0, rows[above])
            above = rows[above].parent_id
        assert one.path == "/" + "".join(f"{part.pk}/" for part in chain)
        said[one.name] = "/".join(part.name for part in chain)
    return said


@pytest.fixture
def manager() -> Any:
    """A checkpoint manager of the county."""
    return staff("checkpoint_manager")


def test_a_parent_may_stand_later_in_the_file_and_paths_are_right(manager: Any) -> None:
    batch = carried_out(
        a_file(
            ["三楼", "大厦", "", "三楼前台", "企业、工地、园区", "已建", "1-5 08:00-17:30"],
            ["大厦", "集团", "", "", "", "", ""],
            ["集团", "", "341881", "", "", "", ""],
        ),
        manager,
    )
    assert (batch.state, batch.counts) == ("finished", {"done": 3})
    assert paths() == {"集团": "集团", "大厦": "集团/大厦", "三楼": "集团/大厦/三楼"}
    door = Checkpoint.objects.get()
    assert (door.name, door.state, door.hours, door.organisation.region_id) == ("三楼前台", "built", "1-5 08:00-17:30", "341881")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (lambda rows: a_file(*rows), "bom.csv"),
        (lambda rows: ("\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADER, *rows])).encode("gbk"), "gbk.csv"),
        (lambda rows: as_xlsx([HEADER, *rows]), "book.xlsx"),
    ],
    ids=["bom", "gbk", "xlsx"],
)
def test_every_form_of_file_is_read_with_quoted_line_ends(manager: Any, body: Any, name: str) -> None:
    batch = carried_out(body([["宁阳\n商场", "", "341881", "东门", "超市", "在用", ""]]), manager, name)
    assert (batch.state, batch.counts) == ("finished", {"done": 1})
    assert list(Organisation.objects.values_list("name", flat=True)) == ["宁阳 商场"]


def test_faults_are_told_by_row_and_the_rest_is_carried_out(manager: Any) -> None:
    home = an_organisation()
    a_checkpoint(organisation=home)
    batch = checked(
        a_file(
            [home.name, "", "", "南门", "超市", "", ""],  # good
            ["甲", "乙", "", "", "", "", ""],  # 3, 4: a circle
            ["乙", "甲", "", "", "", "", ""],
            ["丙", "丙", "341881", "", "", "", ""],  # its own parent
            ["丁", "没有的单位", "341881", "", "", "", ""],
            ["戊", "", "341525", "", "", "", ""],  # another county
            ["己", "", "341881", "大门", "", "", ""],  # no type
            [home.name, "", "", "南门", "学校", "", ""],  # twice
            ["Bаnk", "", "341881", "", "", "", ""],  # а of another alphabet
            ["庚\u200b", "", "341881", "", "", "", ""],
            ["辛", "", "341881", "门", "动物园", "", ""],
            ["壬", "", "341881", "门", "学校", "", "每天"],
            ["癸", "", "", "", "", "在用", "1-7 08:00-09:00"],
        ),
        manager,
    )
    assert faults(batch) == {
        3: [("parent", "under_itself")],
        4: [("parent", "under_itself")],
        5: [("parent", "under_itself")],
        6: [("parent", "unknown_parent")],
        7: [("region", "unknown_region")],
        8: [("type", "type_needed")],
        9: [("checkpoint", "twice")],
        10: [("organisation", "mixed_letters")],
        11: [("organisation", "bad_characters")],
        12: [("type", "bad_choice")],
        13: [("hours", "bad_hours")],
        14: [("checkpoint", "checkpoint_needed")],
    }
    confirm_import(batch.pk, manager, NOW)
    assert run_import(batch.pk, manager, NOW).counts == {"done": 1, "fault": 12}
    assert Checkpoint.objects.filter(name="南门").count() == 1


def test_names_that_only_look_like_one_that_is_there_are_refused(manager: Any) -> None:
    carried_out(a_file(["市民之家(一楼)", "", "341881", "大门", "政务服务大厅", "", ""]), manager)
    batch = checked(
        a_file(
            ["市民之家（一楼）", "", "341881", "", "", "", ""],
            ["市民之家(一楼)", "", "", "大 门", "政务服务大厅", "", ""],
            ["OK便利", "", "341881", "", "", "", ""],
            ["0K便利", "", "341881", "", "", "", ""],
        ),
        manager,
    )
    assert faults(batch) == {
        2: [("organisation", "looks_like")],
        3: [("checkpoint", "looks_like")],
        5: [("organisation", "looks_like")],
    }


def test_a_nul_in_a_cell_is_a_fault_of_its_row_and_look_alike_characters_of_chinese_are_found(manager: Any) -> None:
    carried_out(a_file(["港口镇政府", "", "341881", "", "", "", ""]), manager)
    batch = checked(
        a_file(["空\0字", "", "341881", "", "", "", ""], ["港囗镇政府", "", "341881", "", "", "", ""]), manager
    )
    assert faults(batch) == {2: [("", "nul_bytes")], 3: [("organisation", "looks_like")]}


def test_columns_that_nobody_knows_are_named(manager: Any) -> None:
    batch = checked(a_file(["甲", "", "341881", "", "", "", "", "24"], header=[*HEADER, "核酸时效"]), manager)
    assert batch.counts == {"new": 1, "ignored": ["核酸时效"]}


def test_refused_rows_are_mended_and_sent_again(manager: Any) -> None:
    batch = carried_out(a_file(["甲", "", "341881", "东门", "火星", "", ""], ["乙", "", "341881", "西门", "超市", "", ""]), manager)
    table = list(refused_rows(batch, "zh"))
    assert (len(table), table[0][0], table[1][1]) == (2, "原因", "甲")
    mended = [[cell.replace("火星", "药店") for cell in row] for row in table]
    again = carried_out(b"".join(as_csv(mended)), manager)
    assert again.counts == {"done": 1}
    assert carried_out(b"".join(as_csv(mended)), manager).counts == {"same": 1}


def test_an_organisation_with_its_number_is_renamed_and_moved_but_never_below_itself(manager: Any) -> None:
    top, other = an_organisation(), an_organisation()
    child = an_organisation(parent=top)
    grandchild = an_organisation(parent=child)
    header = ["单位名称", "单位编号", "上级单位"]
    batch = carried_out(a_file(["新名", f"#{child.pk}", f"#{other.pk}"], header=header), manager)
    assert batch.counts == {"done": 1}
    assert paths()[grandchild.name] == f"{other.name}/新名/{grandchild.name}"
    bad = checked(a_file([other.name, f"#{other.pk}", f"#{grandchild.pk}"], header=header), manager)
    assert faults(bad) == {2: [("parent", "under_itself")]}
    with pytest.raises(UnderItself):
        move_organisation(other.pk, grandchild.pk, manager, NOW)
    undo_import(batch.pk, manager, NOW)
    assert paths()[grandchild.name] == f"{top.name}/{child.name}/{grandchild.name}"


def test_a_move_takes_the_whole_subtree_along_and_a_name_once(manager: Any) -> None:
    one, other = an_organisation(), an_organisation()
    child = an_organisation(parent=one)
    twin = an_organisation(parent=other)
    Organisation.objects.filter(pk=twin.pk).update(name=child.name)
    with pytest.raises(NameTaken):
        move_organisation(child.pk, other.pk, manager, NOW)
    before = revision()
    move_organisation(one.pk, other.pk, manager, NOW)
    assert revision() > before
    child.refresh_from_db()
    assert child.path == f"/{other.pk}/{one.pk}/{child.pk}/"


def test_undoing_takes_back_what_nothing_names_and_closes_the_rest(manager: Any) -> None:
    batch = carried_out(
        a_file(["甲", "", "341881", "东门", "超市", "在用", ""], ["乙", "", "341881", "西门", "药店", "在用", ""]), manager
    )
    named = Checkpoint.objects.get(name="东门")
    from ankang.places.services import enrol_device

    enrol_device(named, "前门", manager, NOW)
    undone = undo_import(batch.pk, manager, NOW)
    assert (undone.state, undone.counts) == ("undone", {"kept": 1, "undone": 1})
    assert list(Checkpoint.objects.values_list("name", "state")) == [("东门", "closed")]
    assert list(Organisation.objects.values_list("name", flat=True)) == ["甲"]
    with pytest.raises(ImportNotReady):
        undo_import(batch.pk, manager, NOW)


CHANGING = ["单位名称", "单位编号", "上级单位", "检查点名称", "场所类型", "状态", "开放时间"]


def test_undoing_puts_back_what_was_changed_also_where_something_was_made(manager: Any) -> None:
    home, third, other = an_organisation(), an_organisation(), an_organisation()
    door = a_checkpoint("built", organisation=home)

    def as_it_is() -> list[Any]:
        units = Organisation.objects.order_by("pk").values("pk", "name", "name_en", "kind", "region", "parent", "path")
        return [list(units), list(Checkpoint.objects.order_by("pk").values("pk", "name", "type", "state", "hours"))]

    before, number = as_it_is(), revision()
    rows = [
        ["新名", f"#{home.pk}", f"#{other.pk}", door.name, "超市", "在用", "1-7 08:00-21:00"],
        ["改名", f"#{third.pk}", "", "侧门", "学校", "", ""],
    ]
    batch = carried_out(a_file(*rows, header=CHANGING), manager)
    assert (batch.counts, revision(), paths()["新名"]) == ({"done": 2}, number + 1, f"{other.name}/新名")
    door.refresh_from_db()
    assert (door.type, door.state, door.hours, door.generation) == (BY_SLUG["supermarket"].id, "in_use", "1-7 08:00-21:00", 2)
    assert Organisation.objects.get(pk=third.pk).name == "改名"
    undone = undo_import(batch.pk, manager, NOW)
    assert (undone.state, undone.undone_at, undone.counts, revision()) == ("undone", NOW, {"undone": 2}, number + 2)
    assert as_it_is() == before
    door.refresh_from_db()
    assert door.generation == 3, "posters of the type between void too"


def test_undoing_keeps_an_organisation_in_which_somebody_works_or_has_a_duty(manager: Any) -> None:
    batch = carried_out(a_file(*[[name, "", "341881", "", "", "", ""] for name in "甲乙丙"]), manager)
    made = {one.name: one.pk for one in Organisation.objects.all()}
    clerk = staff("door_staff", organisation=made["甲"])
    clerk.duties.update(employer=made["乙"])
    assert undo_import(batch.pk, manager, NOW).counts == {"kept": 2, "undone": 1}
    assert set(Organisation.objects.values_list("name", flat=True)) == {"甲", "乙"}


def test_a_list_is_carried_out_once_it_was_looked_at_by_whoever_handed_it_in(manager: Any) -> None:
    taken = take_import(a_file(["甲", "", "341881", "", "", "", ""]), "list.csv", manager, NOW)
    with pytest.raises(ImportNotReady) as refusal:
        confirm_import(taken.pk, manager, NOW)
    assert refusal.value.details == {"state": "waiting"}
    assert run_import(taken.pk, manager, NOW).state == "waiting"
    check_import(taken.pk, manager, NOW)
    for act in (confirm_import, undo_import):
        with pytest.raises(NotFound):
            act(taken.pk, staff("checkpoint_manager"), NOW)
    with pytest.raises(ImportNotReady):
        undo_import(taken.pk, manager, NOW)
    assert confirm_import(taken.pk, manager, NOW).state == "confirmed"
    PlaceImport.objects.filter(pk=taken.pk).update(data=b"")
    broken = run_import(taken.pk, manager, NOW)
    assert (broken.state, broken.fault, broken.finished_at) == ("failed", "broken_file", NOW)
    good = carried_out(a_file(["乙", "", "341881", "", "", "", ""]), manager)
    assert (good.finished_at, good.data, run_import(good.pk, manager, NOW).counts) == (NOW, None, {"done": 1})
    assert list(Organisation.objects.values_list("name", flat=True)) == ["乙"]


def test_the_rows_of_a_list_stand_once_in_their_order_with_faults_and_warnings(manager: Any) -> None:
    home, other = an_organisation(), an_organisation()
    door = a_checkpoint(organisation=home)
    rows = [
        ["甲", "", "", "门", "动物园", "", ""],
        [home.name, f"#{home.pk}", f"#{other.pk}", door.name, "超市", "", ""],
        [other.name, "", "", "", "", "", ""],
        ["乙\0", "", "", "", "", "", ""],
    ]
    batch = checked(a_file(*rows, header=CHANGING), manager)
    PlaceImport.objects.filter(pk=batch.pk).update(state="checking")  # its worker died, another one takes it up
    check_import(batch.pk, manager, NOW)
    stored = list(PlaceImportRow.objects.order_by("pk").values_list("line", "outcome", "faults", "warnings", "made"))
    assert stored == [
        (2, "fault", [["type", "bad_choice"]], [], []),
        (3, "change", [], ["moves", "voids"], []),
        (4, "same", [], [], []),
        (5, "fault", [["", "nul_bytes"]], [], []),
    ]
    assert list(PlaceImportRow.objects.order_by("pk").values_list("cells", flat=True)) == [*rows[:3], ["乙\ufffd", *rows[3][1:]]]


def test_a_list_whose_worker_died_goes_on_with_the_next_one_and_two_workers_do_it_once(manager: Any) -> None:
    batch = take_import(a_file(["甲", "", "341881", "东门", "超市", "", ""]), "list.csv", manager, NOW)
    enqueue_import(batch.pk)
    dead = ProcrastinateJob.objects.get(task_name="places.run_import")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [dead.pk])
    take_up_imports(0)
    again = ProcrastinateJob.objects.get(task_name="places.run_import", status="todo")
    assert (again.args, again.lock) == ({"number": batch.pk}, None)
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [0x616B706C, batch.pk])  # another worker is on it
        import_job(batch.pk)
        assert imports_of(manager).get().state == "checking"
    import_job(batch.pk)
    confirm_import(batch.pk, manager, NOW)
    import_job(batch.pk)
    assert imports_of(manager).get().counts == {"done": 1}


def test_nobody_writes_outside_the_reach_of_a_duty() -> None:
    mine = an_organisation()
    theirs = an_organisation("341525")
    keeper = staff("checkpoint_manager", organisation=mine.pk)
    batch = checked(
        a_file(
            ["门卫室", "", "", "北门", "学校", "", ""],
            ["别家", theirs.name, "", "", "", "", ""],
        ),
        keeper,
    )
    assert faults(batch) == {3: [("parent", "unknown_parent")]}
    confirm_import(batch.pk, keeper, NOW)
    run_import(batch.pk, keeper, NOW)
    assert Organisation.objects.get(name="门卫室").path.startswith(mine.path)


def test_what_cannot_be_read_as_a_list_says_so() -> None:
    a_region()
    answers = [checked(body, None, name) for body, name in ((b"\x00\x01\x02", "x.csv"), (b"a,b\n1,2\n", "x.csv"))]
    assert [one.state for one in answers] == ["failed", "failed"]
    assert answers[1].fault == "missing_columns"


def test_many_thousand_rows_with_five_bad_ones() -> None:
    a_region()
    rows = [[f"单位{n // 10}", "", "341881", f"门{n}", "超市", "已建", ""] for n in range(20_000)]
    for bad in (7, 4_000, 10_001, 17_777, 19_999):
        rows[bad][4] = "火星"
    batch = checked(a_file(*rows))
    assert (batch.total, batch.counts) == (20_000, {"new": 19_995, "fault": 5})
    assert sorted(faults(batch)) == [9, 4_002, 10_003, 17_779, 20_001]
