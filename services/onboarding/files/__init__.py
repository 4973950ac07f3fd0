"""Files that applicants bring along: checked at the door, kept in a storage, looked at for viruses.

The database says what there is (`domain/attachments.py`); a storage holds the bytes under names nobody can guess.
"""
