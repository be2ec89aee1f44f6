"""How staff sign in: with a second factor, or, in the demonstration only, without."""

from ankang.config.settings import Settings
from ankang.site.doctor.findings import Finding, note, well


def staff_sign_in(settings: Settings) -> Finding:
    """The demonstration's accounts skip the second factor; that is said aloud."""
    if settings.demo:
        return note(
            "demo_sign_in",
            "DEMONSTRATION: its accounts sign in without a second factor.",
            "No real person's data belongs here. Without --demo and ANKANG_DEMO these accounts do not sign in at all.",
        )
    return well("staff_sign_in", "Everybody on the staff signs in with a second factor.")
