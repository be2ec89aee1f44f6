"""Our evaluator against a general rule engine (zen-engine, compiled from Rust): the same people, the same rules.

Run: ``python -m bench.zen [--people 20000] [--json]``. The rules are few and simple enough to be said in both: a contact, a
positive test, a fever or a journey turns a person for some days. ``colour_ratio_zen`` is our people a CPU second by
theirs when zen is asked about 1,000 people at once, which suits it best (a call costs it 0.2 ms);
``colour_ratio_zen_single`` when it is asked one by one, as we are in both.

What zen is given for free: facts made ready before the clock starts (how many days ago, plain values, nothing to look
up), a decision table without time, areas, sequences of steps or endings, one answer a record of which the worst is taken
here, and no reasons with their beginnings and ends. We are given records as they are decoded from the file and answer with
colour, reasons, since and until. Both must give every person the same colour, or there is no figure.
"""

import argparse
import json
import random
import time
from typing import Any

import zen

from ankang.core.evidence import Evidence, a_record
from ankang.core.rules import evaluate, load
from bench.colour_cli import NOON
from bench.colour_cli import a_record as made_up

PEOPLE = 20_000
AT_ONCE = 1_000
DAY = 86_400
LINES = [  # colour, kind, attribute, value, days
    ("red", "contact", "relation", "close", 14),
    ("red", "nucleic_test", "result", "positive", 14),
    ("yellow", "contact", "relation", "secondary", 7),
    ("yellow", "contact", "relation", "general", 7),
    ("yellow", "symptom", "code", "fever", 3),
    ("yellow", "border_entry", "country", "US", 21),
]
ORDER = {"green": 0, "yellow": 1, "red": 2}
FACTS = ("kind", "relation", "result", "code", "country", "days")


def our_rules() -> str:
    """The lines as a rule set."""
    head = (
        'name = "bench"\nversion = 1\neffective_from = 2020-01-01\nsource = "bench"\ntitle = { zh = "-", en = "-" }\n'
    )
    words = 'text = { zh = "-", en = "-" }\nends_when = { zh = "-", en = "-" }\nsource = "bench"'
    return head + "".join(
        f'[[rules]]\nid = "{colour}.line_{number}"\ncolour = "{colour}"\n{words}\nwithin_days = {days}\n'
        f'when = [{{ kind = "{kind}", where = {{ {name} = {{ one_of = ["{value}"] }} }} }}]\n'
        for number, (colour, kind, name, value, days) in enumerate(LINES)
    )


def their_table() -> dict[str, Any]:
    """The same lines as a decision table that is asked for each record."""
    rules = [
        {"_id": f"r{number}", "kind": f'"{kind}"', name: f'"{value}"', "days": f"< {days}", "colour": f'"{colour}"'}
        for number, (colour, kind, name, value, days) in enumerate(LINES)
    ]
    blank = dict.fromkeys((*FACTS, "colour"), "")
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "field": name, "name": name} for name in FACTS],
        "outputs": [{"id": "colour", "field": "colour", "name": "colour"}],
        "rules": [*({**blank, **rule} for rule in rules), {**blank, "_id": "else", "colour": '"green"'}],
        "passThrough": False,
        "inputField": "records",
        "outputPath": "found",
        "executionMode": "loop",
    }
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in"},
            {"id": "table", "type": "decisionTableNode", "name": "table", "content": content},
            {"id": "out", "type": "outputNode", "name": "out"},
        ],
        "edges": [
            {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }


def the_people(count: int) -> list[list[dict[str, Any]]]:
    """Made-up records, as in ``bench/colour_cli.py``; fevers that are gone are left out, a table has no word for them."""
    chance = random.Random(20220120)
    people = [[made_up(chance, iso=False) for _ in range(chance.randrange(5))] for _ in range(count)]
    return [[record for record in records if record["attributes"].get("present", True)] for records in people]


def ours(people: list[list[Evidence]], rule_set: Any) -> list[str]:
    """Everybody's colour by our evaluator."""
    return [evaluate(records, rule_set, NOON).colour.slug for records in people]


def theirs(people: list[list[dict[str, Any]]], decision: Any, at_once: int) -> list[str]:
    """Everybody's colour by the table, so many people a call: the worst answer of each one's records."""
    colours = []
    for at in range(0, len(people), at_once):
        some = people[at : at + at_once]
        answers = iter(
            decision.evaluate({"records": [record for person in some for record in person]})["result"]["found"]
        )
        for person in some:
            colours.append(max((next(answers)["colour"] for _ in person), key=ORDER.__getitem__, default="green"))
    return colours


def facts_of(record: dict[str, Any]) -> dict[str, Any]:
    """One record as the table wants it."""
    return {
        "kind": record["kind"],
        "days": (NOON - record["occurred_at"]) / DAY,
        **{name: record["attributes"].get(name, "") for name in FACTS[1:-1]},
    }


def measure(people: int = PEOPLE) -> dict[str, float]:
    """``colour_ratio_zen``, and both figures it is made of."""
    made = the_people(people)
    rule_set = load(our_rules())
    records = [
        [a_record(str(at), one["kind"], one["occurred_at"], one["attributes"]) for at, one in enumerate(person)]
        for person in made
    ]
    facts = [[facts_of(record) for record in person] for person in made]
    decision = zen.ZenEngine().create_decision(json.dumps(their_table()))
    answers, seconds = [], []
    for answer in (
        lambda: ours(records, rule_set),
        lambda: theirs(facts, decision, AT_ONCE),
        lambda: theirs(facts, decision, 1),
    ):
        answer()
        began = time.process_time()
        answers.append(answer())
        seconds.append(time.process_time() - began)
    assert answers[0] == answers[1] == answers[2]
    assert set(answers[0]) == set(ORDER)
    return {
        "colour_ratio_zen": seconds[1] / seconds[0],
        "colour_ratio_zen_single": seconds[2] / seconds[0],
        "colour_ours_per_cpu_s": people / seconds[0],
        "colour_zen_per_cpu_s": people / seconds[1],
        "colour_zen_single_per_cpu_s": people / seconds[2],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = {name: round(value, 2) for name, value in measure(given.people).items()}
    if given.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:24} {value:14,.2f}")


if __name__ == "__main__":
    main()
