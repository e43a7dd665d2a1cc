"""A model of a browser: what it sends, and what it keeps.

``requests`` is no browser: it knows no SameSite, no HSTS, no Referer and no
history, and these decide who can see what. The model follows Chromium.
"""

from labapp.browser.browser import Browser

__all__ = ["Browser"]
