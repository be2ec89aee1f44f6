"""Evidence: each kind's attributes are checked, stored and read back as the same thing."""

import pytest

from ankang.core.evidence import ATTRIBUTES, EvidenceFault, EvidenceKind, check_evidence, stored

GOOD = {
    "diagnosis": {"status": "confirmed", "institution": "宁国市人民医院"},
    "nucleic_test": {"result": "negative", "sampled_at": 1_594_000_000, "lab": "CDC"},
    "antigen_test": {"result": "positive", "sampled_at": 1_594_000_000},
    "antibody_test": {"result": "uncertain", "sampled_at": 1_594_000_000},
    "vaccination": {"dose": 2, "product": "BBIBP-CorV"},
    "symptom": {"code": "fever"},
    "temperature": {"celsius": 38.5},
    "antipyretic_purchase": {
        "drug_class": "antipyretic",
        "drug": "布洛芬",
        "quantity": 2,
        "for_whom": "family",
    },
    "consultation": {"department": "发热门诊", "complaint": "咳嗽"},
    "border_entry": {"country": "US", "port": "PVG"},
    "stay": {"region": "110106", "since": 1_593_000_000, "until": 1_593_500_000, "source": "transport"},
    "contact": {"relation": "close", "case": "C-1", "minutes": 20},
    "isolation": {"setting": "central", "start": 1_594_000_000, "end": 1_595_209_600},
    "discharge": {"institution": "定点医院"},
    "home_visit": {"finding": "as_reported"},
    "call_answer": {"question": "temperature", "answer": "36.5"},
}


def test_every_kind_has_an_example_and_words():
    assert set(GOOD) == {kind.value for kind in EvidenceKind} == {kind.value for kind in ATTRIBUTES}
    assert (
        len({kind.word("zh") for kind in EvidenceKind})
        == len({kind.word("en") for kind in EvidenceKind})
        == 16
    )


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_what_is_stored_reads_back_as_the_same(kind):
    attributes = check_evidence(kind, GOOD[kind])
    assert check_evidence(kind, stored(attributes)) == attributes
    assert stored(attributes).items() <= GOOD[kind].items()


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_an_unknown_attribute_is_refused(kind):
    with pytest.raises(EvidenceFault, match="colour"):
        check_evidence(kind, {**GOOD[kind], "colour": "green"})


def test_a_moment_may_come_as_iso_8601_with_an_offset():
    given = check_evidence("nucleic_test", {"result": "negative", "sampled_at": "2020-07-06T09:46:40+08:00"})
    assert given == check_evidence("nucleic_test", {"result": "negative", "sampled_at": 1_594_000_000})


@pytest.mark.parametrize(
    ("kind", "attributes", "code", "where"),
    [
        ("scan", {}, "unknown_kind", "scan"),
        ("nucleic_test", {"result": "negative"}, "bad_attribute", "sampled_at"),
        ("nucleic_test", {"result": "阴性", "sampled_at": 1}, "bad_attribute", "$.result"),
        (
            "nucleic_test",
            {"result": "negative", "sampled_at": "2020-07-06T09:46:40"},
            "bad_attribute",
            "$.sampled_at",
        ),
        ("nucleic_test", {"result": "negative", "sampled_at": "yesterday"}, "bad_attribute", "$.sampled_at"),
        ("nucleic_test", {"result": "negative", "sampled_at": True}, "bad_attribute", "$.sampled_at"),
        ("temperature", {"celsius": 385}, "bad_attribute", "$.celsius"),
        ("stay", {}, "bad_attribute", "$.region"),
        ("stay", {"region": "999999"}, "unknown_region", "999999"),
        ("stay", {"country": "usa"}, "bad_attribute", "$.country"),
        ("stay", {"region": "110106", "since": 2, "until": 1}, "bad_order", "$.until"),
        ("isolation", {"setting": "home", "start": 2, "end": 1}, "bad_order", "$.end"),
        ("isolation", {"setting": "cellar", "start": 2}, "bad_attribute", "$.setting"),
    ],
)
def test_a_fault_names_the_attribute(kind, attributes, code, where):
    with pytest.raises(EvidenceFault) as caught:
        check_evidence(kind, attributes)
    assert caught.value.code == code
    assert where in caught.value.detail
