"""The desk for what the inbox could not do by itself: look, try again, correct, give up; every deed is written down."""

from shared.desk.acts import HOUSE, Hand, discard, edit, forget_originals, log_of, rehearse, replay, write_down
from shared.desk.dead import DEAD_LETTERED, drain
from shared.desk.looking import HIDDEN, Wanted, digest, find, listed, look, open_rows, types
from shared.desk.telling import missing, tell

__all__ = [
    "DEAD_LETTERED",
    "HIDDEN",
    "HOUSE",
    "Hand",
    "Wanted",
    "digest",
    "discard",
    "drain",
    "edit",
    "find",
    "forget_originals",
    "listed",
    "log_of",
    "look",
    "missing",
    "open_rows",
    "rehearse",
    "replay",
    "tell",
    "types",
    "write_down",
]
