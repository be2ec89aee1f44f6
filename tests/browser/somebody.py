"""A resident of whom much is on file: a long foreign name, five wards, companions, a yellow code, an archive of 200 items.

What only staff or other offices bring is made by the services of the house itself, in a process of its own.
"""

import json
import subprocess
import sys
from typing import Any

from tests.house import House

_MAKE = """
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from ankang.cli.standing import django
with django():
    from django.contrib.auth.models import User
    from django.db import transaction
    from stdnum.cn import ric
    from ankang.archive.kinds import section_kinds
    from ankang.archive.services.items import NewItem, record_items
    from ankang.base.services import record_read
    from ankang.demo.credentials import resident_bearers
    from ankang.health.services import record_evidence
    from ankang.passage.groups import services as groups
    from ankang.passage.groups.models import GroupMember
    from ankang.people import carriers, companions, family
    from ankang.people.bulk import register_in_bulk
    from ankang.people.events import person_applied
    from ankang.places.models import Checkpoint

    def row(number, name, born, phone, kind="resident_id", document=None):
        digits = f"341881{born}{number:03}"
        paper = document or digits + ric.calc_check_digit(digits + "0")
        return SimpleNamespace(name=name, document_kind=kind, document=paper, phone=phone, town="341881-01", address=None)

    now = datetime.now(UTC)
    source = {"organisation": "宁国市公共信用信息中心", "feed": "archive-credit", "batch": "1"}
    family_phone = "+8613900138611"
    rows = [row(0, "Wolfeschlegelsteinhausen Maria", "", family_phone, "passport", "C01X00T47")]
    rows += [row(880 + n, name, born, family_phone) for n, (name, born) in enumerate((
        ("王小宝", "20150601"), ("欧阳娜娜", "20170601"), ("Alexandria Constantinopoulos", "20190601"),
        ("李秀英", "19400601"), ("赵四", "19450601")))]
    friends = [row(890 + n, f"钱多{'一二三四'[n]}", "19800101", f"+861390013862{n}") for n in range(4)]
    with transaction.atomic():
        me, *others = register_in_bulk(rows + friends, now)
        for person in (me, *others):
            person_applied.emit(person, now)
        wards = [family.start_guardianship(me, one, "minor" if n < 3 else "adult", "documents", now) for n, one in enumerate(others[:5])]
        for friend in others[5:]:
            companions.bind(me, friend, "consent", now)
        carriers.issue_sheet(me, None, now)
        record_evidence(me, "symptom", now - timedelta(hours=9), {"code": "fever"}, source | {"row": "1"}, now)
        record_read(User.objects.get(username="hotline"), me, "people.assist", "接到本人来电", ["name", "phone"], now)
        place = Checkpoint.objects.get(name="港口镇政府")
        group = groups.make_group(place.organisation_id, "三年级一班", "秋游", User.objects.get(username="checkpoints"), now)
        for person in (me, others[5]):
            groups.join_group(group.join_code, person, now)
        groups.choose_leader(group, GroupMember.objects.get(group=group, person=me).pk)
        items = [NewItem(me, now - timedelta(days=3 * n), {"number": f"宁信〔2025〕{n}号", "kind": "honour",
                 "subject": "在第三届“文明社区、和谐家园”志愿服务评选中获评年度优秀志愿者", "authority": "宁国市文明办"},
                 source | {"row": str(n)}) for n in range(1, 201)]
        record_items(section_kinds()["credit"], items, "341881", None, now)
    print(json.dumps({
        "bearer": resident_bearers([me], "browser", now)[me], "ward": wards[0].pk, "group": group.pk, "place": place.pk,
        "friend": [friends[0].name, friends[0].document],
    }))
"""


def somebody(house: House) -> dict[str, Any]:
    """``bearer``; ``ward``, ``group``, ``place``: numbers in addresses; ``friend``: [name, document] of one with a phone."""
    done = subprocess.run(
        [sys.executable, "-c", _MAKE], env=house.environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))
