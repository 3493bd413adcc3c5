"""Names to choose from when a speaker is named: who was invited, then names given in earlier sessions."""

from __future__ import annotations

from collections import Counter

from meetrec.core.sanitize import one_line
from meetrec.storage.paths import Paths
from meetrec.storage.session_file import NAME_LIMIT, read_session
from meetrec.storage.session_folder import SessionFolder
from meetrec.storage.sessions import SessionStore

SESSIONS = 200
"""The newest sessions are looked at; that takes a tenth of a second."""


def known_names(paths: Paths, folder: SessionFolder | None = None) -> list[str]:
    """Return names without repetition: the attendees of the session, then those used before, the most frequent first.

    Names that differ in case alone are one. Raises StorageError where the sessions cannot be listed.
    """
    invited = folder.session.attendees if folder is not None else ()
    used: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    store = SessionStore(paths)
    for session_id in store.ids()[:SESSIONS]:
        for name in set(read_session(store.path_of(session_id))[0].names.values()):
            used[name.casefold()] += 1
            spelled.setdefault(name.casefold(), name)
    names = {one.casefold(): one for one in (one_line(name, NAME_LIMIT) for name in invited) if one}
    for folded, _ in used.most_common():
        names.setdefault(folded, spelled[folded])
    return list(names.values())
