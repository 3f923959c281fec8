"""Floor 3: what is kept: golden dataset, attempt log, drafts, prompt history, and the accept that joins them.

Only this package imports git and sqlite_utils, and only inside the functions that need them.
"""
