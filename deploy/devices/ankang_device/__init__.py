"""A door on a Linux box: reader, lock, thermometer, and the gate behind a network that may be gone. See ../README.md."""

VERSION = "1.0"
