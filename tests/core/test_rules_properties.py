"""What holds for every heap of evidence: order, retraction, worst wins, constancy, monotony."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core.colours import Colour, worst
from ankang.core.evidence import Evidence, a_record, standing
from ankang.core.rules import Area, evaluate, load_shipped

T, DAY = 1_594_000_000, 86_400
RULES = load_shipped()
AREAS = (
    Area("110106", "high", T, T + 20 * DAY),
    Area("1101", "medium", T + 10 * DAY, None),
    Area("42", "severe", T + 5 * DAY, T + 30 * DAY),
)
moments = st.integers(0, 45 * 24).map(lambda hours: T + hours * 3600)
spans = st.tuples(moments, st.none() | moments).map(lambda s: s if s[1] is None else tuple(sorted(s)))


def a_kind(kind: str, attributes: st.SearchStrategy) -> st.SearchStrategy[Evidence]:
    return st.builds(lambda u, at, more: a_record(str(u), kind, at, more), st.uuids(), moments, attributes)


def drop_none(pairs: dict) -> dict:
    return {name: value for name, value in pairs.items() if value is not None}


stays = a_kind(
    "stay",
    st.builds(
        lambda region, span: drop_none({"region": region, "since": span[0], "until": span[1]}),
        st.sampled_from(["110106", "110108", "420106", "341881"]),
        spans,
    ),
)
adverse = st.one_of(
    a_kind(
        "diagnosis",
        st.fixed_dictionaries({"status": st.sampled_from(["confirmed", "suspected", "asymptomatic"])}),
    ),
    a_kind(
        "contact", st.fixed_dictionaries({"relation": st.sampled_from(["close", "general", "companion"])})
    ),
    a_kind("symptom", st.fixed_dictionaries({"code": st.sampled_from(["fever", "cough"])})),
    a_kind("temperature", st.fixed_dictionaries({"celsius": st.sampled_from([36.5, 37.2, 37.3, 39.0])})),
    a_kind("border_entry", st.just({"country": "US"})),
    a_kind("nucleic_test", st.builds(lambda at: {"result": "positive", "sampled_at": at}, moments)),
    stays,
)
relieving = st.one_of(
    a_kind("diagnosis", st.fixed_dictionaries({"status": st.sampled_from(["recovered", "excluded"])})),
    a_kind("symptom", st.just({"code": "fever", "present": False})),
    a_kind("nucleic_test", st.builds(lambda at: {"result": "negative", "sampled_at": at}, moments)),
    a_kind("discharge", st.just({})),
    a_kind(
        "isolation",
        st.builds(
            lambda setting, span: drop_none({"setting": setting, "start": span[0], "end": span[1]}),
            st.sampled_from(["central", "home"]),
            spans,
        ),
    ),
)
heaps = st.lists(adverse | relieving, max_size=8)


def at(moment: int, evidence: list[Evidence]):
    return evaluate(evidence, RULES, moment, AREAS)


@given(heaps.flatmap(lambda heap: st.tuples(st.just(heap), st.permutations(heap))), moments)
def test_the_order_of_arrival_does_not_matter(two, moment):
    heap, shuffled = two
    assert at(moment, heap) == at(moment, shuffled)


@given(heaps, heaps, moments)
def test_retracting_equals_never_having_had_it(kept, mistaken, moment):
    retracted = {record.id for record in mistaken}
    assert at(moment, standing([*mistaken, *kept], retracted)) == at(moment, kept)


@given(heaps, moments)
def test_the_worst_active_rule_wins(heap, moment):
    assessment = at(moment, heap)
    assert assessment.colour is worst(reason.colour for reason in assessment.reasons)
    assert [r.colour.severity for r in assessment.reasons] == sorted(
        (r.colour.severity for r in assessment.reasons), reverse=True
    )
    assert all(r.since <= moment and (r.until is None or moment < r.until) for r in assessment.reasons)


@settings(max_examples=300)
@given(heaps, moments, st.integers(0, 45 * DAY))
def test_the_colour_is_constant_from_since_until_until(heap, moment, later):
    assessment = at(moment, heap)
    first = T - DAY if assessment.since is None else assessment.since
    last = moment + later if assessment.until is None else assessment.until - 1
    probes = {first, (first + moment) // 2, (moment + last) // 2, last}
    assert {at(probe, heap).colour for probe in probes} == {assessment.colour}
    assert {(at(p, heap).since, at(p, heap).until) for p in probes} == {(assessment.since, assessment.until)}


@given(heaps, moments)
def test_the_colour_changes_at_the_moments_named(heap, moment):
    assessment = at(moment, heap)
    if assessment.until is not None:
        assert at(assessment.until, heap).colour is not assessment.colour
    if assessment.since is not None:
        assert at(assessment.since - 1, heap).colour is not assessment.colour


@settings(max_examples=300)
@given(heaps, adverse, moments)
def test_adverse_evidence_never_lightens(heap, more, moment):
    assert at(moment, [*heap, more]).colour.severity >= at(moment, heap).colour.severity


@given(st.lists(relieving.filter(lambda record: record.kind != "isolation"), max_size=8), moments)
def test_no_adverse_evidence_is_green(heap, moment):
    assert at(moment, heap).colour is Colour.GREEN
