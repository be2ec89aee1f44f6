"""What holds for every heap of evidence: order, retraction, worst wins, constancy, monotony."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ankang.core.colours import Colour, worst
from ankang.core.evidence import Evidence, a_record, standing
from ankang.core.rules import Area, AreaIndex, Assessment, RuleSet, evaluate, load_shipped, shipped

T, DAY = 1_594_000_000, 86_400
SETS = [load_shipped(name) for name in shipped()]
AREAS = (
    Area("110106", "high", T, T + 20 * DAY),
    Area("1101", "medium", T + 10 * DAY, None),
    Area("42", "severe", T + 5 * DAY, T + 30 * DAY),
    Area("341881", "control", T + 3 * DAY, T + 21 * DAY),
    Area("341881001", "sealed", T + 3 * DAY, T + 10 * DAY),
)
RELATIONS = [
    "close", "secondary", "general", "companion", "potential",
    "direct_goods", "indirect_goods", "venue", "exposed",
]  # fmt: skip
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
        st.sampled_from(["110106", "110108", "420106", "341881", "341881001"]),
        spans,
    ),
)
journeys = a_kind(
    "stay",
    st.builds(lambda span: drop_none({"country": "HK", "since": span[0], "until": span[1]}), spans),
)
adverse = st.one_of(
    a_kind(
        "diagnosis",
        st.fixed_dictionaries(
            {"status": st.sampled_from(["confirmed", "suspected", "asymptomatic", "initial_positive"])}
        ),
    ),
    a_kind("contact", st.fixed_dictionaries({"relation": st.sampled_from(RELATIONS)})),
    a_kind("symptom", st.fixed_dictionaries({"code": st.sampled_from(["fever", "cough", "vomiting"])})),
    a_kind("temperature", st.fixed_dictionaries({"celsius": st.sampled_from([36.5, 37.2, 37.3, 39.0])})),
    a_kind("border_entry", st.just({"country": "US"})),
    a_kind("nucleic_test", st.builds(lambda at: {"result": "positive", "sampled_at": at}, moments)),
    stays,
    journeys,
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
rule_sets = st.sampled_from(SETS)


def at(moment: int, evidence: list[Evidence], rules: RuleSet) -> Assessment:
    return evaluate(evidence, rules, moment, AREAS)


def seen(heap: list[Evidence], moment: int) -> list[Evidence]:
    return [record for record in heap if record.occurred_at <= moment]


@settings(deadline=None)
@given(heaps.flatmap(lambda heap: st.tuples(st.just(heap), st.permutations(heap))), moments, rule_sets)
def test_the_order_of_arrival_does_not_matter(two, moment, rules):
    heap, shuffled = two
    assert at(moment, heap, rules) == at(moment, shuffled, rules)


@settings(deadline=None)
@given(heaps, heaps, moments, rule_sets)
def test_retracting_equals_never_having_had_it(kept, mistaken, moment, rules):
    retracted = {record.id for record in mistaken}
    assert at(moment, standing([*mistaken, *kept], retracted), rules) == at(moment, kept, rules)


@settings(deadline=None)
@given(heaps, moments, rule_sets)
def test_the_worst_active_rule_wins(heap, moment, rules):
    assessment = at(moment, heap, rules)
    assert assessment.colour is worst(reason.colour for reason in assessment.reasons)
    assert [r.colour.severity for r in assessment.reasons] == sorted(
        (r.colour.severity for r in assessment.reasons), reverse=True
    )
    assert all(r.since <= moment and (r.until is None or moment < r.until) for r in assessment.reasons)


@settings(deadline=None)
@given(heaps, moments, rule_sets)
def test_evidence_in_the_future_is_not_seen(heap, moment, rules):
    all_given, now_known = at(moment, heap, rules), at(moment, seen(heap, moment), rules)
    assert all_given._replace(until=None) == now_known._replace(until=None)
    coming = [record.occurred_at for record in heap if record.occurred_at > moment]
    known = [until for until in (now_known.until, *coming) if until is not None]
    assert all_given.until == min(known, default=None)


@settings(max_examples=400, deadline=None)
@given(heaps, moments, st.integers(0, 45 * DAY), rule_sets)
def test_the_colour_is_constant_from_since_until_until(heap, moment, later, rules):
    assessment = at(moment, heap, rules)
    first = T - DAY if assessment.since is None else assessment.since
    last = moment + later if assessment.until is None else assessment.until - 1
    probes = [at(probe, heap, rules) for probe in (first, (first + moment) // 2, (moment + last) // 2, last)]
    assert {(probe.colour, probe.since) for probe in probes} == {(assessment.colour, assessment.since)}
    assert {probe.until for probe in probes[2:]} == {assessment.until}


@settings(max_examples=400, deadline=None)
@given(heaps, moments, rule_sets)
def test_the_colour_changes_at_the_moments_named(heap, moment, rules):
    assessment = at(moment, heap, rules)
    if assessment.until is not None and assessment.until not in {record.occurred_at for record in heap}:
        assert at(assessment.until, heap, rules).colour is not assessment.colour
    if assessment.since is not None:
        assert at(assessment.since - 1, heap, rules).colour is not assessment.colour


@settings(max_examples=400, deadline=None)
@given(heaps, adverse, moments, rule_sets)
def test_adverse_evidence_never_lightens(heap, more, moment, rules):
    assert at(moment, [*heap, more], rules).colour.severity >= at(moment, heap, rules).colour.severity


@settings(deadline=None)
@given(heaps, moments, rule_sets)
def test_an_index_of_areas_finds_what_a_search_finds(heap, moment, rules):
    assert evaluate(heap, rules, moment, AreaIndex(AREAS)) == at(moment, heap, rules)


def is_good_news(record: Evidence) -> bool:
    """Neither an order nor the end of an illness, after which Anhui watches for two weeks more."""
    return record.kind not in ("isolation", "discharge") and getattr(record.attributes, "status", "") != "recovered"


@settings(deadline=None)
@given(st.lists(relieving.filter(is_good_news), max_size=8), moments, rule_sets)
def test_no_adverse_evidence_is_green(heap, moment, rules):
    assert at(moment, heap, rules).colour is Colour.GREEN
