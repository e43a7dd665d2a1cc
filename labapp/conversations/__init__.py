"""Conversations: the frames of a capture, put together to what was said.

TCP connections are reassembled and HTTP/1.x is read from them, on bytes. scapy
can do that too, but its `TCPSession` is wrong in 9 of 21 hard cases (measured on
scapy 2.8.0): pipelined requests, segments of one byte, chunk data that looks
like an end, 304 and then 200, a response sent twice, sequence numbers that wrap
around, and segments out of order (three cases). It is tens of times slower too:
docs/performance.md. tests/test_conversations_hard_cases.py has all 21.
"""

from __future__ import annotations

from labapp.conversations.conversation import (
    Conversation,
    Endpoint,
    conversations,
    missing,
)
from labapp.conversations.exchange import NOT_CAPTURED, Exchange
from labapp.conversations.form import form_fields
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
    "form_fields",
    "missing",
]
