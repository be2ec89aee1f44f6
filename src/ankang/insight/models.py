"""What gates say of themselves. Written by the gates (gate/reports.py), read by the operators' page."""

from typing import Any

from django.db import models


class GateReport(models.Model):
    """The newest report of one gate process, every two seconds; a row that is not renewed is a process that is gone."""

    pk: Any = models.CompositePrimaryKey("machine", "worker")
    machine = models.TextField()
    worker = models.IntegerField()
    at = models.DateTimeField()
    report = models.JSONField()

    class Meta:
        db_table = "insight_gatereport"
