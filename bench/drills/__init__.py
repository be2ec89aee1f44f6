"""The worst day, rehearsed: what breaks is broken on purpose in a house of its own (docs/runbook.md).

``python -m bench.drills [NAME …] [--seconds N] [--full]``, or ``make drill``.
"""
