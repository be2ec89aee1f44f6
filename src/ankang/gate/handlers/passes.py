"""POST /g/v1/pass and GET /g/v1/me: what a phone asks for its holder (A3)."""

from ankang.core.base64url import from_base64url, to_base64url
from ankang.core.codes import encode_header, gate_key, sign_pass
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of, epoch_start
from ankang.core.voidings import issue_moment
from ankang.gate.answers import json_bytes
from ankang.gate.callers import Caller
from ankang.gate.faults import BadField, NotReady
from ankang.gate.outcomes import Call, Outcome
from ankang.gate.requests import PASS, PassRequest
from ankang.gate.state import State


def issue_pass(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """A day pass for the running epoch, or for the next one when ``epoch`` is ``next``."""
    request: PassRequest = PASS.read(call.body)
    epoch = epoch_of(now) + (request.epoch == "next")
    issued_at = issue_moment(epoch, state.voidings.get(caller.subject, ()), now)
    signing = state.keys.signer(now) if state.keys else None
    keys = state.keys.epoch(epoch) if state.keys else None
    if signing is None or keys is None or state.clock_is_off:  # a pass of a wrong minute would be refused elsewhere
        raise NotReady
    kid, signer = signing
    colour = Colour.GREY if state.is_stale(now) else Colour(state.colours.colour(caller.subject))
    index = keys.permutation.index(caller.subject)
    header = encode_header(kid, index, issued_at, colour, 0, _anchor(request.anchor), caller.name)
    return Outcome(
        json_bytes(
            {
                "pass": to_base64url(sign_pass(header, signer)),
                "gate_key": to_base64url(gate_key(keys.day_mac, header)),
                "issued_at": issued_at,
                "server_time": int(now),
                "epoch": epoch,
                "valid_from": issued_at,
                "valid_until": epoch_start(epoch + 1),
                "colour": colour.slug,
            }
        ),
    )


def _anchor(text: str) -> bytes:
    try:
        anchor = from_base64url(text)
    except (ValueError, UnicodeEncodeError):
        anchor = b""
    if len(anchor) != 16:
        raise BadField(field="anchor", problem="base64url of 16 bytes")
    return anchor


def me(state: State, caller: Caller, call: Call, now: float) -> Outcome:
    """The colour now, since when and until when; grey and ``stale`` when we cannot know.

    ``void_before``: passes issued until then no longer count, because a credential of this person was withdrawn.
    """
    stale = state.is_stale(now)
    colour = Colour.GREY if stale else Colour(state.colours.colour(caller.subject))
    since, until = (0, 0) if stale else state.colours.details(caller.subject)
    body: dict[str, object] = {
        "colour": colour.slug,
        "since": since or None,
        "until": until or None,
        "stale": stale,
        "server_time": int(now),
    }
    if voidings := state.voidings.get(caller.subject):
        body["void_before"] = voidings[-1]
    return Outcome(json_bytes(body))
