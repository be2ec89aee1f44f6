"""Why a certificate of an authority was not taken, in words (docs/ride-format.md §3)."""

from django.utils.translation import gettext as _


def refusal_word(detail: str) -> str:
    """The sentence for a fault of the certificate; its code when there is none."""
    words = {
        "truncated": _("It has fewer than 117 bytes."),
        "oversized": _("It has more than 117 bytes."),
        "bad_certificate": _("Its bytes are not those of a certificate: header, format, algorithms or month are wrong."),
        "bad_authority_key": _("The key in it is no point of the SM2 curve."),
        "not_self_signed": _("It is not signed by the key in it. An issuer's certificate is no authority's."),
        "expired_certificate": _("Its last month is over."),
    }
    return words.get(detail, detail)
