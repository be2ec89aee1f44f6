"""The demonstration's batches: one that ran, one that waits for a second person, one with rows to mend; only once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ankang.base.approvals import may_decide
from ankang.config.settings import load_settings
from ankang.demo import seed
from ankang.demo.feeds import ensure_feeds
from ankang.exchange.models import Batch, Waiting
from ankang.exchange.services import approval_of
from ankang.exchange.services.checking import check_batch

from .builders import counts

EVIDENCE = ("nucleic-tests", "contacts")

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_demonstration_has_batches_in_three_states_and_a_second_run_adds_none(tmp_path: Path) -> None:
    from django.contrib.auth.models import User

    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "root.key").symlink_to(load_settings().keys_folder / "root.key")
    house = load_settings().model_copy(update={"demo": True, "demo_residents": 60, "data": tmp_path})
    seed.ensure(house)
    for _ in range(2):
        ensure_feeds(house, datetime.now(UTC))
        check_batch(Batch.objects.get(feed="contacts").pk)  # as the worker does
        found = [(batch.feed, batch.state, counts(batch)) for batch in Batch.objects.order_by("pk") if batch.feed in EVIDENCE]
        assert found == [
            ("nucleic-tests", "finished", {"succeeded": 30}),
            ("contacts", "pending_approval", {}),
            ("nucleic-tests", "finished", {"succeeded": 5, "failed": 5, "waiting": 3}),
        ]
    assert Waiting.objects.count() == 3
    asked = approval_of(Batch.objects.get(feed="contacts"))
    deciders = ("hospital", "health", "approver")
    assert [may_decide(asked, User.objects.get(username=name)) for name in deciders] == [False, False, True]
