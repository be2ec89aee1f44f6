"""The words for attributes, their values and levels of areas, in Chinese and English: what a rule is read aloud with."""

Pair = tuple[str, str]

ATTRIBUTES: dict[str, Pair] = {
    "answer": ("回答", "answer"),
    "case": ("病例", "case"),
    "celsius": ("体温（℃）", "temperature in °C"),
    "code": ("症状", "symptom"),
    "complaint": ("主诉", "complaint"),
    "country": ("国家或地区", "country"),
    "department": ("科室", "department"),
    "diagnosis_code": ("诊断编码", "diagnosis code"),
    "disease": ("疾病", "disease"),
    "dose": ("剂次", "dose"),
    "drug": ("药品", "drug"),
    "drug_class": ("药品类别", "class of drug"),
    "end": ("结束时间", "end"),
    "finding": ("核实结果", "finding"),
    "for_whom": ("为谁购买", "bought for"),
    "institution": ("机构", "institution"),
    "lab": ("检测机构", "laboratory"),
    "lot": ("批号", "lot"),
    "method": ("方法", "method"),
    "minutes": ("时长（分钟）", "minutes"),
    "note": ("备注", "note"),
    "number": ("编号", "number"),
    "ongoing": ("仍在当地", "still there"),
    "place": ("地点", "place"),
    "port": ("口岸", "port"),
    "present": ("仍有症状", "still present"),
    "product": ("疫苗", "product"),
    "quantity": ("数量", "quantity"),
    "question": ("问题", "question"),
    "region": ("地区", "region"),
    "relation": ("接触类型", "kind of contact"),
    "result": ("结果", "result"),
    "sampled_at": ("采样时间", "sampled at"),
    "setting": ("隔离方式", "setting"),
    "since": ("起始时间", "since"),
    "source": ("信息来源", "source"),
    "start": ("起始时间", "start"),
    "status": ("诊断", "diagnosis"),
    "transport": ("交通工具", "transport"),
    "until": ("结束时间", "until"),
}

VALUES: dict[str, Pair] = {
    "absent": ("未见到本人", "absent"),
    "antibacterial": ("抗菌药", "antibacterial"),
    "antipyretic": ("退热药", "antipyretic"),
    "antiviral": ("抗病毒药", "antiviral"),
    "as_reported": ("与申报相符", "as reported"),
    "asymptomatic": ("无症状感染", "asymptomatic"),
    "central": ("集中隔离", "central isolation"),
    "close": ("密切接触", "close contact"),
    "companion": ("时空伴随", "companion in time and space"),
    "confirmed": ("确诊", "confirmed"),
    "cough": ("咳嗽", "cough"),
    "declared": ("本人申报", "declared"),
    "diarrhoea": ("腹泻", "diarrhoea"),
    "direct_goods": ("阳性物品直接接触", "direct contact of positive goods"),
    "dry_cough": ("干咳", "dry cough"),
    "excluded": ("已排除", "excluded"),
    "exposed": ("可能暴露", "possibly exposed"),
    "family": ("家人", "family"),
    "fever": ("发热", "fever"),
    "general": ("一般接触", "general contact"),
    "home": ("居家医学观察", "home observation"),
    "indirect_goods": ("阳性物品间接接触", "indirect contact of positive goods"),
    "influenza": ("流感", "influenza"),
    "influenza_like": ("流感样症状", "influenza-like illness"),
    "initial_positive": ("初筛阳性", "positive in screening"),
    "negative": ("阴性", "negative"),
    "not_as_reported": ("与申报不符", "not as reported"),
    "other": ("他人", "others"),
    "positive": ("阳性", "positive"),
    "potential": ("潜在密切接触", "potential close contact"),
    "re_positive": ("复阳", "positive again"),
    "rash": ("皮疹", "rash"),
    "recovered": ("治愈", "recovered"),
    "register": ("登记", "register"),
    "roaming": ("漫游信息", "roaming"),
    "secondary": ("次密切接触", "secondary contact"),
    "self": ("本人", "self"),
    "shortness_of_breath": ("气促", "shortness of breath"),
    "sore_throat": ("咽痛", "sore throat"),
    "suspected": ("疑似", "suspected"),
    "transport": ("交通信息", "transport"),
    "uncertain": ("可疑", "uncertain"),
    "unwell": ("身体不适", "unwell"),
    "vomiting": ("呕吐", "vomiting"),
    "venue": ("严峻场所接触", "contact at a place assessed as severe"),
    "True": ("是", "yes"),
    "False": ("否", "no"),
}

LEVELS: dict[str, Pair] = {
    "low": ("低风险地区", "low-risk"),
    "medium": ("中风险地区", "medium-risk"),
    "high": ("高风险地区", "high-risk"),
    "severe": ("疫情严峻地区", "severe"),
    "prevention": ("防范区", "prevention"),
    "control": ("管控区", "control"),
    "sealed": ("封控区", "sealed"),
}


def attribute_word(name: str, lang: str) -> str:
    """The name of an attribute; its own name where none is known."""
    return _pick(ATTRIBUTES.get(name), lang) or name


def value_word(value: object, lang: str) -> str:
    """The word for a value, a number as it is written (37.3, 3), and what is not known as it stands."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _pick(VALUES.get(str(value)), lang) or str(value)


def level_word(level: str, lang: str) -> str:
    """The word for the level of an area."""
    return _pick(LEVELS.get(level), lang) or level


def _pick(pair: Pair | None, lang: str) -> str:
    return "" if pair is None else pair[0 if lang.startswith("zh") else 1]
