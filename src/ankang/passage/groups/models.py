"""Groups of an organisation and their members. Gates hold those that are open (gate/groups.py)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .rules import LEFT_WHY, MEMBER_HOW


class Group(models.Model):
    """A group of an organisation. ``leader`` is a person number; ``join_code`` lets people join by themselves.

    ``open_until``: until then doors check it in. ``revision`` is that of the gates' table "groups" in which the group or
    one of its members changed last.
    """

    organisation = models.ForeignKey(
        "places.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    name = models.TextField(_("name"))
    purpose = models.TextField(_("purpose"))
    leader = models.BigIntegerField(null=True)
    join_code = models.TextField(unique=True)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    open_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    revision = models.BigIntegerField()

    class Meta:
        db_table = "passage_group"
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        indexes = [
            models.Index(fields=["revision"], name="passage_group_by_revision"),
            models.Index(fields=["leader"], name="passage_group_of_leader", condition=Q(leader__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(ended_at=None), name="passage_group_one_of_a_name"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(open_until=None), name="passage_group_ended_is_not_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A person in a group, by ``person`` number; the row's own number is all that doors see beside the masked name."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    person = models.BigIntegerField()
    how = models.TextField(choices=[(how, how) for how in MEMBER_HOW])
    joined_at = models.DateTimeField()
    added_by = models.BigIntegerField(null=True)
    left_at = models.DateTimeField(null=True)
    left_why = models.TextField(default="", choices=[(why, why) for why in ("", *LEFT_WHY)])
    name_sealed = models.BinaryField()

    class Meta:
        db_table = "passage_groupmember"
        indexes = [models.Index(fields=["person"], name="passage_groupmember_of_person", condition=Q(left_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(left_at=None), name="passage_groupmember_once"
            ),
            models.CheckConstraint(condition=Q(how__in=MEMBER_HOW), name="passage_groupmember_known_how"),
            models.CheckConstraint(
                condition=Q(left_at=None, left_why="") | (Q(left_at__isnull=False) & ~Q(left_why="")),
                name="passage_groupmember_left_says_why",
            ),
        ]
