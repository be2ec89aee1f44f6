"""Colours by severity; days that run from four to four."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ankang.core.colours import Colour, worst
from ankang.core.epochs import day_of, epoch_of, epoch_of_day, epoch_start, minute_of, step_of

moments = st.integers(0, 4_102_444_800)


def test_red_beats_yellow_beats_grey_beats_green():
    assert worst([]) is Colour.GREEN
    assert worst([Colour.GREEN, Colour.GREY]) is Colour.GREY
    assert worst([Colour.GREY, Colour.YELLOW]) is Colour.YELLOW
    assert worst([Colour.YELLOW, Colour.RED, Colour.GREEN]) is Colour.RED


def test_a_colour_always_comes_with_a_word():
    assert [(c.slug, c.word("zh-hans"), c.word("en")) for c in Colour] == [
        ("grey", "待核验", "being checked"),
        ("green", "绿码", "green code"),
        ("yellow", "黄码", "yellow code"),
        ("red", "红码", "red code"),
    ]


def test_the_code_day_begins_at_four_in_shanghai():
    before, four = 1_594_151_999, 1_594_152_000  # 2020-07-08 03:59:59 and 04:00:00 in Shanghai
    assert day_of(epoch_of(before)) == date(2020, 7, 7)
    assert day_of(epoch_of(four)) == date(2020, 7, 8)
    assert (step_of(before), step_of(four)) == (1439, 0)


@given(moments)
def test_epoch_step_and_minute_agree(moment):
    epoch = epoch_of(moment)
    assert epoch_start(epoch) <= moment < epoch_start(epoch + 1)
    assert minute_of(moment) == epoch * 1440 + step_of(moment)
    assert epoch_of_day(day_of(epoch)) == epoch
