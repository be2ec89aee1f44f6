"""Groups that check in at one go: the passengers of a bus, a class, a work shift (issue 5, crowds)."""
