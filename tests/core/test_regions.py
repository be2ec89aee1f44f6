"""Regions of GB/T 2260, with their history."""

import pytest

from ankang.core.regions import Region, ever_existed, region_at


def test_ningguo_is_a_city_of_xuancheng_in_anhui():
    assert region_at("341881") == Region("341881", "安徽省", "宣城市", "宁国市", 2000, None)
    assert region_at("341881").full_name == "安徽省宣城市宁国市"
    assert not region_at("341881").abolished


def test_ningguos_older_codes_are_known_and_abolished():
    assert region_at("342524") == Region("342524", "安徽省", "宣城地区", "宁国县", None, 1997)
    assert region_at("342502") == Region("342502", "安徽省", "宣城地区", "宁国市", 1997, 2000)
    assert region_at("342524").abolished


def test_a_code_means_what_it_meant_in_that_year():
    assert region_at("120110", 1985).county == "东郊区"
    assert region_at("120110", 2020).county == "东丽区"
    assert region_at("120110").county == "东丽区"
    assert region_at("341881", 1990) is None


def test_provinces_cities_and_municipal_districts_have_their_names():
    assert region_at("340000").full_name == "安徽省"
    assert region_at("341800").full_name == "安徽省宣城市"
    assert region_at("110105").full_name == "北京市朝阳区"
    assert region_at("341525").full_name == "安徽省六安市霍山县"
    assert region_at("810000").full_name == "香港特别行政区"


@pytest.mark.parametrize("code", ["", "34", "999999", "34188a", "３４１８８１", "3418811", "346881"])
def test_what_is_no_code_is_no_region(code):
    assert region_at(code) is None
    assert not ever_existed(code)
