"""The columns of a list of places, the faults its rows may have, and the form to fill in."""

from ankang.base.reading import Column
from ankang.core.policies import PLACE_TYPES

TYPES = {word: one.slug for one in PLACE_TYPES.values() for word in (one.slug, one.zh, one.en, one.en.lower())}
TYPES |= {"养老院": "care_home", "福利院": "care_home", "超市": "supermarket", "小区": "housing", "医院": "hospital"}
STATES = {
    "规划": "planned", "规划中": "planned", "planned": "planned",
    "已建": "built", "建成": "built", "built": "built",
    "在用": "in_use", "启用": "in_use", "in use": "in_use", "in_use": "in_use",
    "关闭": "closed", "停用": "closed", "closed": "closed",
}  # fmt: skip
KINDS = {
    "单位": "unit", "unit": "unit", "点位": "site", "site": "site", "楼宇": "building", "building": "building",
    "乡镇": "town", "街道": "town", "town": "town", "市": "city", "city": "city",
}  # fmt: skip

COLUMNS = (
    Column("organisation", "单位名称", "organisation", "text", ("单位", "机构名称", "unit"), True, "宁阳商场"),
    Column("organisation_en", "单位英文名", "organisation in English", "text", example="Ningyang Mall"),
    Column("organisation_no", "单位编号", "organisation number", "text", ("机构编号",), example=""),
    Column("kind", "单位类别", "kind", "choice", ("类别",), values=KINDS, example="单位"),
    Column("parent", "上级单位", "parent", "text", ("所属单位", "part of"), example="宁国市"),
    Column("region", "区划", "region", "text", ("区划代码", "乡镇街道", "region code"), example="341881"),
    Column("checkpoint", "检查点名称", "checkpoint", "text", ("检查点", "点位名称"), example="宁阳商场东门"),
    Column("checkpoint_en", "检查点英文名", "checkpoint in English", "text", example="Ningyang Mall, east gate"),
    Column("type", "场所类型", "place type", "choice", ("类型", "type"), values=TYPES, example="超市"),
    Column("site_no", "点位编号", "site number", "integer", ("点位序号",), example="75"),
    Column("state", "状态", "state", "choice", values=STATES, example="在用"),
    Column("latitude", "纬度", "latitude", "number", example="30.6338"),
    Column("longitude", "经度", "longitude", "number", example="118.9832"),
    Column("hours", "开放时间", "opening hours", "text", ("营业时间",), example="1-7 08:00-21:00"),
)

FAULTS = {
    "unknown_region": ("没有这个区划，或不在您负责的范围内", "There is no such region, or it is not yours"),
    "region_needed": ("请填写区划", "Say the region"),
    "unknown_parent": (
        "找不到上级单位：文件里和系统里都没有",
        "The parent is neither in this file nor in the system",
    ),
    "parent_twice": ("有几个同名的上级单位，请写单位编号（#12）", "Several parents have this name; write its number (#12)"),
    "under_itself": ("单位不能归到自己或自己的下级之下", "An organisation cannot be below itself"),
    "unknown_number": ("没有这个单位编号，或不在您负责的范围内", "There is no organisation of this number, or it is not yours"),
    "looks_like": ("与已有名称只差形近字符或全半角，请写成一样的", "It only looks like a name that is there; write it the same"),
    "mixed_letters": ("混用了外形相同的外文字母", "It mixes letters of alphabets that look alike"),
    "bad_characters": ("含有看不见的字符", "It holds characters that nobody sees"),
    "twice": ("文件里前面已有这个检查点", "This checkpoint stands earlier in the file"),
    "contradicts": ("与文件里同一单位的前一行矛盾", "It contradicts an earlier row of the same organisation"),
    "type_needed": ("检查点须填写场所类型", "A checkpoint needs a place type"),
    "checkpoint_needed": ("填了检查点的内容，但没有检查点名称", "There are facts of a checkpoint, but no name"),
    "half_position": ("纬度和经度要么都填，要么都不填", "Give both latitude and longitude, or neither"),
    "off_the_globe": ("纬度或经度超出范围", "The position is not on the globe"),
    "bad_hours": ("开放时间写法不对，例如 1-5 08:00-17:30", "Opening hours read like 1-5 08:00-17:30"),
    "bad_move": ("检查点不能从现在的状态变为所填状态", "The checkpoint cannot go from its state to this one"),
    "too_long": ("内容过长", "The content is too long"),
}
WARNINGS = {
    "moves": ("单位将移到另一上级之下", "The organisation moves to another parent"),
    "voids": ("场所类型改变，已张贴的海报将作废", "The place type changes: posters printed so far become void"),
    "far": ("距区划内其他检查点很远，请核对位置", "It lies far from the region's other checkpoints"),
}
