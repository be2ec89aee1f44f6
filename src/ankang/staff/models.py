"""Who works here, how they were invited, by which providers they sign in, and what was changed about them (G3)."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region


class Member(models.Model):
    """What the house knows about a member of staff beside the account: the home office, and since when until when.

    ``demo`` accounts sign in without a second factor, in the demonstration only; elsewhere they do not sign in at all.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="member", db_constraint=False
    )
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    organisation = models.BigIntegerField(null=True, blank=True)
    email = EncryptedTextField(room="base", label="staff.email", null=True)
    phone = EncryptedTextField(room="base", label="staff.phone", null=True)
    demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True)

    class Meta:
        db_table = "staff_member"


class Invitation(models.Model):
    """A link that makes one account, once, within three days. The token is kept as HMAC-SM3 only.

    ``duties``: list of ``{"role", "region", "organisation", "employer"}``.
    """

    token_blind = models.BinaryField(unique=True)
    name = EncryptedTextField(room="base", label="staff.invited_name")
    email = EncryptedTextField(room="base", label="staff.invited_email", null=True)
    phone = EncryptedTextField(room="base", label="staff.invited_phone", null=True)
    duties = models.JSONField()
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    organisation = models.BigIntegerField(null=True, blank=True)
    invited_by = models.BigIntegerField(null=True)
    invited_by_name = models.TextField(_("invited by"))
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(null=True)
    used_by = models.BigIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_invitation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(used_at=None) | models.Q(revoked_at=None), name="staff_invitation_used_or_revoked"
            ),
            models.CheckConstraint(
                condition=models.Q(used_at=None, used_by=None)
                | models.Q(used_at__isnull=False, used_by__isnull=False),
                name="staff_invitation_used_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["region", "-invited_at"], name="staff_invitation_of_region")]


class OidcProvider(models.Model):
    """An agency's own sign-in (OpenID Connect): data that a security administrator enters, not a setting.

    ``second_factor``: the provider asks for one itself and says so (``amr``), so we need not ask again.
    """

    slug = models.SlugField(_("short name in addresses"), max_length=40, unique=True)
    name = models.TextField(_("name"))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"))
    organisation = models.BigIntegerField(null=True, blank=True)
    issuer = models.URLField(_("issuer"), max_length=500)
    client_id = models.CharField(_("client id"), max_length=190)
    secret = EncryptedTextField(room="base", label="staff.oidc_secret")
    second_factor = models.BooleanField(_("it asks for a second factor itself"), default=False)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        db_table = "staff_oidcprovider"
        constraints = [models.UniqueConstraint(fields=["issuer", "client_id"], name="staff_oidcprovider_once")]


class StaffEvent(models.Model):
    """One change about a member of staff: who did what to whom, before and after. Append-only (a trigger refuses)."""

    at = models.DateTimeField(_("at"))
    by = models.BigIntegerField(null=True)
    by_name = models.TextField(_("by"))
    what = models.TextField(_("what happened"))
    whom = models.BigIntegerField(null=True)
    whom_name = models.TextField(_("whom"), default="")
    region = models.ForeignKey(
        Region, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("region"), db_constraint=False
    )
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "staff_event"
        indexes = [
            models.Index(fields=["-at", "-id"], name="staff_event_newest"),
            models.Index(fields=["whom", "-at"], name="staff_event_about"),
        ]


class UsedCode(models.Model):
    """A one-time code that was accepted, so that no process of any machine accepts it again. Kept for a day."""

    authenticator = models.ForeignKey(Authenticator, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    code = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "staff_usedcode"
        constraints = [models.UniqueConstraint(fields=["authenticator", "code"], name="staff_usedcode_once")]


class StaffToken(models.Model):
    """A key to the API for a program of a member of staff: one duty, some of its permissions, an end (E11, G3).

    Kept as HMAC-SM3 only. ``duty``: a row of base_duty; when the duty is taken, the token opens nothing.
    """

    user = models.BigIntegerField()
    duty = models.BigIntegerField()
    label = models.TextField(_("what it is for"))
    permissions = models.JSONField(_("permissions"))
    token_blind = models.BinaryField(unique=True)
    issued_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "staff_token"
        constraints = [
            models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("issued_at")), name="staff_token_ends"),
        ]
        indexes = [models.Index(fields=["user", "-issued_at"], name="staff_token_of_user")]
