"""Conversations: the frames of a capture put together to what was said.

TCP connections are reassembled, and HTTP/1.x is read from them, on bytes and
without scapy.
"""

from __future__ import annotations

from labapp.conversations.conversation import (
    Conversation,
    Endpoint,
    conversations,
    missing,
)
from labapp.conversations.exchange import NOT_CAPTURED, Exchange
from labapp.conversations.message import Message, Part
from labapp.conversations.stream import Gap, Span, Stream

__all__ = [
    "NOT_CAPTURED",
    "Conversation",
    "Endpoint",
    "Exchange",
    "Gap",
    "Message",
    "Part",
    "Span",
    "Stream",
    "conversations",
    "missing",
]
