"""Scenarios: one folder a scene, each a Django app of its own. A scene uses the rooms below; none of them knows it."""
