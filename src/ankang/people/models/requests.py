"""What residents ask staff to review, with pictures of documents."""

from django.db import models
from django.db.models import Q

from ankang.base.fields import EncryptedTextField
from ankang.base.models import Region

from ..rules import PICTURES_PER_REQUEST, REQUEST_KINDS, REQUEST_STATES
from .persons import Person


class Request(models.Model):
    """An application for a relative, or a new name, that the office of the ``town`` decides. ``content`` is JSON."""

    kind = models.TextField(choices=[(kind, kind) for kind in REQUEST_KINDS])
    town = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="requests")
    content = EncryptedTextField(room="people", label="request.content", db_column="content_enc")
    state = models.TextField(default="waiting", choices=[(state, state) for state in REQUEST_STATES])
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_by_name = models.TextField(default="")
    reason = EncryptedTextField(room="people", label="request.reason", db_column="reason_enc", null=True)
    result = models.BigIntegerField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_request"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="people_request_decided_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="waiting", kind="name"), name="people_request_one_new_name"
            ),
        ]
        indexes = [
            models.Index(fields=["town", "asked_at"], condition=Q(state="waiting"), name="people_request_waiting"),
            models.Index(fields=["person", "-asked_at"], name="people_request_of_person"),
        ]


class Picture(models.Model):
    """A picture of a document, SM4-GCM ciphertext; deleted some days after the decision."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="pictures")
    number = models.SmallIntegerField()
    media_type = models.TextField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "people_picture"
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="people_picture_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=PICTURES_PER_REQUEST), name="people_picture_few"
            ),
        ]
