"""What the flows raise when something cannot be done now."""


class NotPossible(Exception):
    """It cannot be done now; the text says why, for the person who tried."""


class WrongEpoch(NotPossible):
    """The browser used a key that is not the room's current one."""
