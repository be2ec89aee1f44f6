"""Keys at rest: every secret is sealed by the root key, which is not in the database."""

from django.db import models


class Key(models.Model):
    """One key of one purpose. ``kid`` is what codes and credentials name (one byte)."""

    pk = models.CompositePrimaryKey("purpose", "kid")
    purpose = models.TextField()
    kid = models.SmallIntegerField()
    alg = models.TextField()
    secret = models.BinaryField()
    public = models.BinaryField(null=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(null=True)

    class Meta:
        db_table = "trust_key"
        constraints = [
            models.CheckConstraint(condition=models.Q(kid__gte=1, kid__lte=255), name="trust_key_kid_is_a_byte")
        ]


class DayKey(models.Model):
    """The key of one day's pseudonyms. Destroying it (secret set to null) destroys that day's trail (G5)."""

    day = models.DateField(primary_key=True)
    secret = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "trust_day_key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(secret__isnull=True, destroyed_at__isnull=False)
                | models.Q(secret__isnull=False, destroyed_at__isnull=True),
                name="trust_day_key_is_live_or_destroyed",
            )
        ]


class IndexSpace(models.Model):
    """Code indices of ``epoch`` are below ``size``. Written ahead and never changed; an epoch without a row before the
    first one has indices of 30 bits.
    """

    epoch = models.IntegerField(primary_key=True)
    size = models.IntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "trust_index_space"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size__gt=1 << 13, size__lte=1 << 30), name="trust_index_space_has_room"
            )
        ]
