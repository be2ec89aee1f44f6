"""Demonstration accounts: one member of staff for each kind of duty.

The password is drawn once for an installation and kept in ``{data}/keys/demo-accounts.json`` (mode 0600);
``ankang up`` prints it. There is no fixed password: a demonstration is often shown where others can reach it.

They are marked as demonstration accounts: they need no second factor here, and do not sign in anywhere else.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from ankang.base.models import Duty, Region
from ankang.config.settings import Settings
from ankang.places.models import Organisation
from ankang.places.services import add_organisation
from ankang.staff.models import Member

from .residents import COUNTY

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that can be taken for another


@dataclass(frozen=True, slots=True)
class Account:
    """One account: who it is for, the role, the region and organisation of its duty, and the office it works for."""

    username: str
    role: str
    zh: str
    en: str
    region: str = COUNTY
    organisation: str | None = None
    employer: str | None = None


PROVINCE = "34"
AUTHORITIES = (
    ("安徽省卫生健康委员会", "Anhui Health Commission", PROVINCE),
    ("安徽省疫情防控应急指挥部", "Anhui Epidemic Control Headquarters", PROVINCE),
    ("安徽省数据资源管理局", "Anhui Data Resources Bureau", PROVINCE),
    ("宁国市卫生健康委员会", "Ningguo Health Commission", COUNTY),
    ("宁国市人民医院", "Ningguo People's Hospital", COUNTY),
    ("宁国市公安局", "Ningguo Public Security Bureau", COUNTY),
    ("宁国市医疗保障局", "Ningguo Medical Insurance Office", COUNTY),
)
"""Offices that make and decide, beside the units of the annex: Chinese and English name, region."""

ACCOUNTS = (
    Account("author", "rule_author", "省卫健委规则编制", "Rule author, province", PROVINCE, employer=AUTHORITIES[0][0]),
    Account("approver", "approver", "省指挥部审批", "Approver, province", PROVINCE, employer=AUTHORITIES[1][0]),
    Account("approver2", "approver", "省数据局复核", "Second approver, province", PROVINCE, employer=AUTHORITIES[2][0]),
    Account("hospital", "feed_officer", "市人民医院数据员", "Data officer, hospital", COUNTY, employer=AUTHORITIES[4][0]),
    Account("health", "health_commission", "市卫健委", "City health commission", COUNTY, employer=AUTHORITIES[3][0]),
    Account("operations", "operations", "运营中心", "Operations centre"),
    Account("checkpoints", "checkpoint_manager", "检查点管理员", "Checkpoint manager"),
    Account("door", "door_staff", "港口镇政府门岗", "Door staff of 港口镇政府", f"{COUNTY}-01", "港口镇政府"),
    Account("tracer", "tracer", "市疾控溯源员", "Tracer", COUNTY, employer=AUTHORITIES[3][0]),
    Account("grid", "grid_worker", "中溪镇网格员", "Grid worker", f"{COUNTY}-02"),
    Account("hotline", "hotline_agent", "12345 话务员", "Hotline agent"),
    Account("clinic", "hospital", "市人民医院", "Hospital", COUNTY, employer=AUTHORITIES[4][0]),
    Account("agency", "agency", "市数据资源局", "Agency"),
    Account("environment", "environment_regulator", "市生态环境分局", "Environment office"),
    Account("market", "market_regulator", "市市场监督管理局", "Market regulation"),
    Account("healthlaw", "health_regulator", "市卫生监督所", "Health inspection"),
    Account("household", "household_officer", "市公安局户籍员", "Household officer", employer=AUTHORITIES[5][0]),
    Account("household2", "household_officer", "市公安局户籍员乙", "Second household officer", employer=AUTHORITIES[5][0]),
    Account("insurance", "medical_insurance_officer", "市医疗保障局", "Medical insurance", employer=AUTHORITIES[6][0]),
    Account("social", "social_security_officer", "市人社局", "Social security"),
    Account("credit", "credit_officer", "市信用中心", "Credit centre"),
    Account("licence", "licence_officer", "市政务服务局证照员", "E-licences"),
    Account("auditor", "auditor", "审计员", "Auditor"),
    Account("security", "security_administrator", "安全管理员", "Security administrator"),
    Account("security2", "security_administrator", "安全管理员乙", "Second security administrator"),
    Account("system", "system_administrator", "系统管理员", "System administrator"),
    Account("province_keys", "security_administrator", "省安全管理员", "Security, province", PROVINCE, employer=AUTHORITIES[2][0]),
    Account("province_keys2", "system_administrator", "省系统管理员", "System, province", PROVINCE, employer=AUTHORITIES[2][0]),
)


def accounts_file(settings: Settings) -> Path:
    """Where the password of this installation's demonstration accounts is kept."""
    return settings.keys_folder / "demo-accounts.json"


def read_password(settings: Settings) -> str | None:
    """The password of the demonstration accounts; None before they are made."""
    try:
        return str(json.loads(accounts_file(settings).read_text(encoding="utf-8"))["password"])
    except FileNotFoundError:
        return None


def ensure_accounts(settings: Settings) -> str:
    """Make the accounts with their duties, and return their password. Idempotent.

    An account that is there keeps its duties; all accounts get the stored password.
    """
    password = read_password(settings) or _store_password(settings)
    _ensure_authorities()
    encoded = make_password(password)
    for account in ACCOUNTS:
        user, _ = User.objects.update_or_create(
            username=account.username,
            defaults={"first_name": account.zh, "is_staff": True, "is_active": True, "password": encoded},
        )
        Member.objects.update_or_create(
            user=user, defaults={"demo": True, "region_id": account.region, "joined_at": user.date_joined}
        )
        Duty.objects.update_or_create(
            user=user,
            role=account.role,
            region=Region.objects.get(code=account.region),
            organisation=_organisation(account.organisation),
            defaults={"employer": _organisation(account.employer)},
        )
    return password


def _ensure_authorities() -> None:
    for name, name_en, region in AUTHORITIES:
        if not Organisation.objects.filter(name=name).exists():
            add_organisation(name, "unit", region, name_en=name_en)


def _organisation(name: str | None) -> int | None:
    if name is None:
        return None
    return Organisation.objects.order_by("pk").values_list("pk", flat=True).filter(name=name).first()


def _store_password(settings: Settings) -> str:
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    rows = [{"username": account.username, "role": account.role} for account in ACCOUNTS]
    path = accounts_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"password": password, "accounts": rows}, file, ensure_ascii=False, indent=2)
    os.replace(draft, path)
    return password
