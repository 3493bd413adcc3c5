"""The invented key of the end-to-end tests, and the forms in which a leak would show it."""

from __future__ import annotations

import base64
from urllib.parse import quote

KEY = "Zq7+sentinel/9Wm3pXr5=key"


def _forms() -> list[bytes]:
    """Return the key plain, shortened, percent-encoded, and in base64 wherever in a text it may have stood."""
    plain = KEY.encode()
    forms = [plain, plain[:8], quote(KEY).encode(), quote(KEY, safe="").encode(), repr(plain)[2:-1].encode()]
    for before in range(3):  # base64 goes by three bytes: what stands before shifts it; the edges depend on neighbors
        coded = base64.b64encode(b"\0" * before + plain)
        forms.append(coded[4 if before else 0 : -4])
        forms.append(forms[-1].replace(b"+", b"-").replace(b"/", b"_"))
    return forms


FORMS = tuple(dict.fromkeys(_forms()))


def traces_of_key(content: bytes | str) -> list[bytes]:
    """Return the forms of the key that `content` holds."""
    data = content.encode() if isinstance(content, str) else content
    return [form for form in FORMS if form in data]
