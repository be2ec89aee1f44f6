"""What roles, permissions, changes and faults are called."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ankang.base.permissions import PERMISSIONS, ROLES

ROLE_WORDS: dict[str, Any] = {
    "agency": _("agency"),
    "approver": _("approver"),
    "auditor": _("auditor"),
    "checkpoint_manager": _("checkpoint manager"),
    "credit_officer": _("credit records officer"),
    "door_staff": _("door staff"),
    "environment_regulator": _("environment regulator"),
    "feed_officer": _("data feed officer"),
    "grid_worker": _("grid worker"),
    "health_commission": _("health commission"),
    "health_regulator": _("health regulator"),
    "hospital": _("hospital"),
    "hotline_agent": _("hotline agent"),
    "household_officer": _("household register officer"),
    "licence_officer": _("e-licence officer"),
    "market_regulator": _("market regulator"),
    "medical_insurance_officer": _("medical insurance officer"),
    "operations": _("operations centre"),
    "rule_author": _("rule author"),
    "security_administrator": _("security administrator"),
    "social_security_officer": _("social security officer"),
    "system_administrator": _("system administrator"),
    "tracer": _("tracer"),
}
PERMISSION_WORDS: dict[str, Any] = {
    "archive.approve": _("approve entries of the checkpoint archive"),
    "archive.environment": _("enter what the environment office adds to checkpoints"),
    "archive.health": _("enter what the health office adds to checkpoints"),
    "archive.market": _("enter what market regulation adds to checkpoints"),
    "areas.approve": _("approve risk areas"),
    "areas.declare": _("declare risk areas"),
    "areas.view": _("see risk areas"),
    "board.view": _("see the progress board"),
    "carriers.issue": _("issue sheets and cards"),
    "carriers.issue_in_bulk": _("issue sheets and cards in bulk"),
    "checkpoints.edit": _("enter and change checkpoints"),
    "checkpoints.view": _("see checkpoints"),
    "colours.view": _("see colours and their reasons"),
    "devices.enrol": _("enter and pair devices"),
    "devices.view": _("see devices"),
    "evidence.retract": _("retract evidence"),
    "evidence.view": _("see evidence"),
    "feeds.approve": _("approve batches of evidence"),
    "feeds.send": _("send data feeds"),
    "feeds.view": _("see data feeds"),
    "groups.edit": _("form groups of places"),
    "operations.view": _("see how the platform runs"),
    "people.approve": _("approve decisions on persons"),
    "people.assist": _("apply for persons at the counter"),
    "people.import": _("import earlier registrations"),
    "people.look_up": _("look persons up by document, or by name and birth date, on record"),
    "people.merge": _("merge duplicate persons"),
    "people.review": _("review requests with pictures"),
    "people.unmask": _("see persons unmasked, on record"),
    "people.view": _("find persons, masked"),
    "personal_archive.credit": _("feed, see and correct the credit section of personal archives"),
    "personal_archive.household": _("feed, see and correct the household section of personal archives"),
    "personal_archive.licences": _("feed, see and correct the e-licence section of personal archives"),
    "personal_archive.medical_insurance": _("feed, see and correct the medical insurance section of personal archives"),
    "personal_archive.social_security": _("feed, see and correct the social security section of personal archives"),
    "policies.approve": _("approve admission policies"),
    "policies.edit": _("draft admission policies"),
    "policies.request": _("ask the province for a condition"),
    "policies.view": _("see admission policies"),
    "reads.view": _("see who read whom"),
    "rides.authorities": _("trust ride codes of other houses"),
    "rules.approve": _("approve colour rules"),
    "rules.edit": _("draft colour rules"),
    "rules.view": _("see colour rules"),
    "staff.edit": _("invite staff and change duties"),
    "staff.view": _("see staff and every change about them"),
    "visits.view": _("see verifications at doors"),
}
EVENTS: dict[str, Any] = {
    "deactivated": _("access ended"),
    "duty_added": _("duty given"),
    "duty_removed": _("duty taken away"),
    "factor_added": _("second factor enrolled"),
    "factor_removed": _("second factor removed"),
    "factor_reset_asked": _("reset of factors asked"),
    "factor_reset_void": _("reset of factors void: something changed"),
    "factors_reset": _("second factors reset"),
    "invitation_revoked": _("invitation withdrawn"),
    "invited": _("invited"),
    "joined": _("joined"),
    "password_changed": _("password changed"),
    "provider_added": _("provider entered"),
    "provider_changed": _("provider changed"),
    "provider_linked": _("agency account linked"),
    "provider_refused": _("answer of a provider refused"),
    "provider_unlinked": _("agency account unlinked"),
    "sessions_ended": _("sessions ended"),
    "token_issued": _("token for the API made"),
    "token_revoked": _("token for the API withdrawn"),
}
KEYS: dict[str, Any] = {
    "duties": _("Duties"),
    "employer": _("Works for"),
    "invitation": _("Invitation"),
    "organisation": _("Limited to the organisation"),
    "provider": _("Provider"),
    "reason": _("Reason"),
    "region": _("Region"),
    "role": _("Role"),
    "sessions": _("Sessions"),
}
FACTORS: dict[str, Any] = {
    "recovery_codes": _("Recovery codes"),
    "totp": _("App that shows codes"),
    "webauthn": _("Passkey"),
}
FAULTS: dict[tuple[str, str], Any] = {
    ("name", "required"): _("Enter the name, 60 characters at most."),
    ("email", "email_or_phone"): _("Enter an e-mail address or a phone number, so that the link can be sent."),
    ("email", "not_an_email"): _("This is not an e-mail address."),
    ("phone", "not_a_phone"): _("This is not a phone number."),
    ("role", "unknown"): _("Choose the role."),
    ("role", "required"): _("Choose the role."),
    ("region", "unknown"): _("Choose the region."),
    ("organisation", "unknown"): _("There is no organisation of this number."),
    ("organisation", "outside_region"): _("The organisation is not in this region."),
    ("employer", "unknown"): _("There is no organisation of this number."),
    ("reason", "required"): _("Please give the reason."),
    ("issuer", "https_address"): _("The issuer is an https address."),
    ("secret", "required"): _("Enter the secret."),
    ("client_id", "required"): _("Enter the client id."),
    ("slug", "required"): _("Enter a short name of letters and digits."),
    ("slug", "taken"): _("This provider, or this short name, is entered already."),
}


def role_words(role: str) -> Any:
    """What a role is called; a role that the house does not know keeps its name."""
    return ROLE_WORDS.get(role, role)


def permission_words(permission: str) -> Any:
    """What a permission is called."""
    return PERMISSION_WORDS.get(permission, permission)


def roles_in_words() -> list[tuple[str, Any]]:
    """Name and words of every role."""
    return [(role, role_words(role)) for role in sorted(ROLES)]


def matrix() -> list[dict[str, Any]]:
    """A row for each permission: its name, its words, and for each role (sorted) whether it holds it."""
    roles = sorted(ROLES)
    return [
        {
            "name": permission,
            "words": permission_words(permission),
            "held": [permission in ROLES[role] for role in roles],
        }
        for permission in PERMISSIONS
    ]
