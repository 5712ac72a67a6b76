"""Errors that a caller can mend; their messages say what was wrong and what to do."""


class UnspinError(Exception):
    """Base of all errors that are the input's or the configuration's, not unspin's."""
