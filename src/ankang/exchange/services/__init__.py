"""The use cases of the exchange room; pages, API and commands call these and nothing else.

Services run in the caller's transaction and never commit; the jobs commit chunk by chunk. ``by`` is a member of staff
(a Django user); what a machine sends with its token names the token as ``agent`` too.
"""

from .agents import agent_of_token, agents_of, issue_agent, revoke_agent
from .batches import approval_of, cancel_batch, progress_of, resume_batch, stop_batch
from .kinds import feed_kind, feed_kinds, feeds_for, template_csv, template_xlsx
from .pool import pool_sizes, rematch_batch
from .records import Sent, hand_in, send_rows
from .rejects import rejects_csv, rejects_of, rejects_xlsx
from .senders import batch_of, batches_of
from .submitting import submit_batch
from .uploads import Completed, complete_upload, open_upload, put_part, send_file

__all__ = [
    "Completed",
    "Sent",
    "agent_of_token",
    "agents_of",
    "approval_of",
    "batch_of",
    "batches_of",
    "cancel_batch",
    "complete_upload",
    "feed_kind",
    "feed_kinds",
    "feeds_for",
    "hand_in",
    "issue_agent",
    "open_upload",
    "pool_sizes",
    "progress_of",
    "put_part",
    "rejects_csv",
    "rejects_of",
    "rejects_xlsx",
    "rematch_batch",
    "resume_batch",
    "revoke_agent",
    "send_file",
    "send_rows",
    "stop_batch",
    "submit_batch",
    "template_csv",
    "template_xlsx",
]
