"""Law: nobody below the province adds a condition (层层加码). There is no place to write one down."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from ankang.core.policies import PLACE_TYPES, SHIPPED
from ankang.gate.state import Checkpoint, State
from ankang.gate.tables import CheckpointRow

SOURCE = Path(__file__).parents[2] / "src" / "ankang"
CONDITION = re.compile(r"polic|condition|admit|deny|verdict|colour|test_hours|temperature_limit|mask$|quarantine|isolat")
OF_THE_PROVINCE = {"places_policyrelease", "places_policyrequest"}


def test_no_table_of_places_people_or_regions_has_a_column_for_a_condition() -> None:
    from django.apps import apps

    suspects = {
        (model._meta.db_table, field.name)
        for model in apps.get_models()
        if model._meta.app_label in ("places", "people", "base")
        for field in model._meta.get_fields()
        if model._meta.db_table not in OF_THE_PROVINCE and CONDITION.search(field.name)
    }
    assert suspects == set()


def test_a_policy_set_names_no_region_organisation_or_checkpoint() -> None:
    from ankang.places.models import PolicyRelease

    names = {field.name for field in PolicyRelease._meta.get_fields()} | set(SHIPPED.set.rows[0].__struct_fields__)
    names |= set(SHIPPED.set.__struct_fields__)
    assert names.isdisjoint({"region", "city", "county", "organisation", "checkpoint", "place", "department"})


@pytest.mark.parametrize("place_type", sorted(PLACE_TYPES))
def test_what_a_door_asks_for_hangs_on_its_type_alone(place_type: int) -> None:
    one = CheckpointRow(1, 1, "/1/", "东门", place_type, "in_use", 1, None, None)
    other = CheckpointRow(2, 99, "/5/99/", "西门", place_type, "in_use", 7, 30.6, 118.9, "1-5 08:00-17:00", 1.0, 2.0)
    gate: Any = object.__new__(State)
    from ankang.gate.policies import Released

    gate.policies = Released()
    assert State.policy(gate, Checkpoint(one), 1e9) is State.policy(gate, Checkpoint(other), 1e9)


def test_a_policy_is_made_in_one_place_and_decided_in_one_place() -> None:
    files = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
    makers = {str(path.relative_to(SOURCE)) for path in files if re.search(r"(?<![\w.])Policy\(", path.read_text())}
    assert makers == {"core/policies.py"}


def test_nothing_reads_a_request_but_people() -> None:
    """Requests for conditions are words: neither the gate nor the pure core has ever heard of them."""
    for room in ("core", "gate"):
        assert not [path for path in (SOURCE / room).rglob("*.py") if "policyrequest" in path.read_text().lower()]


def test_writing_a_policy_asks_for_the_province() -> None:
    from ankang.places.services import policy_drafts, policy_releases, policy_requests

    writers = {
        policy_drafts: ("draft_policies", "save_policies", "delete_policies", "compare_policies", "submit_policies"),
        policy_releases: ("withdraw_policies",),
        policy_requests: ("answer_policy_request",),
    }
    for module, names in writers.items():
        for name in names:
            said = inspect.getsource(getattr(module, name))
            assert "editable(" in said or "_check_province(" in said or "is_of_the_province(" in said, name
