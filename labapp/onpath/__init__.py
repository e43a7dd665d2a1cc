"""An attacker on the path: relays that read what passes through them, and their notes.

Both stand on 127.0.0.1 only. A `Stripper` keeps a visitor on ``http://``; an `Impostor`
shows a certificate of its own.
"""

from labapp.onpath.impostor import Impostor
from labapp.onpath.letter import Letter
from labapp.onpath.notes import Note, Notes
from labapp.onpath.relay import Relay
from labapp.onpath.stripper import Stripper

__all__ = ["Impostor", "Letter", "Note", "Notes", "Relay", "Stripper"]
