"""What devices say of themselves. Gates write these rows (gate/device_health.py); the console shows them."""

from django.db import models

from .models import Device


class DeviceReport(models.Model):
    """The last word of one machine under one device's credential. Two machines under one credential are two rows.

    ``hardware``: what the machine calls itself, for good (serial number, MAC); ``at``: the server's moment of the report;
    ``clock_offset``: seconds by which the machine's clock is ahead of the server's; ``list_age``: seconds; ``temperature``: of the
    machine, °C; ``faults``: codes of docs/device-contract.md, separated by spaces.
    """

    pk = models.CompositePrimaryKey("device_id", "hardware")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="reports")
    hardware = models.TextField()
    first_at = models.DateTimeField()
    at = models.DateTimeField()
    mode = models.TextField()
    clock_offset = models.FloatField()
    queue = models.IntegerField()
    list_age = models.IntegerField(null=True)
    version = models.TextField()
    battery = models.SmallIntegerField(null=True)
    temperature = models.FloatField(null=True)
    faults = models.TextField()

    class Meta:
        db_table = "places_devicereport"
