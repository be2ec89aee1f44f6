"""Who came over the border, and the tries to claim a code that was issued there (A7)."""

from django.db import models

from .persons import Person


class Entry(models.Model):
    """A person entered the country on this day (Beijing). Kept for the claim of the code; the evidence is health's."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="entries")
    entered_on = models.DateField()

    class Meta:
        db_table = "people_entry"
        constraints = [models.UniqueConstraint(fields=["person", "entered_on"], name="people_entry_once_a_day")]


class ClaimTry(models.Model):
    """One wrong claim, under the blind index of the document or of the address it came from; kept for a day."""

    key = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "people_claimtry"
        indexes = [models.Index(fields=["key", "at"], name="people_claimtry_of_key")]
