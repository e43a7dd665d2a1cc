"""A packet filter for one TCP port, assembled by hand.

``filter="tcp port 8000"`` needs libpcap, which a pod or a laptop may not have;
the kernel itself takes classic BPF from anyone who may open the socket
(https://www.kernel.org/doc/html/latest/networking/filter.html).
"""

from __future__ import annotations

import ctypes
import socket
import struct

SO_ATTACH_FILTER = 26  # asm-generic/socket.h

# Opcodes of linux/bpf_common.h and linux/filter.h
_LDH_ABS, _LDB_ABS, _LDX_MSH, _LDH_IND = 0x28, 0x30, 0xB1, 0x48
_JEQ, _JSET, _RET = 0x15, 0x45, 0x06
_WHOLE_FRAME = 0x40000


def port_filter(port: int) -> list[tuple[int, int, int, int]]:
    """Return the program ``tcp port PORT`` for IPv4 in Ethernet frames.

    Each instruction is (opcode, jump if true, jump if false, constant).
    """
    return [
        (_LDH_ABS, 0, 0, 12),  # EtherType
        (_JEQ, 0, 10, 0x0800),  # IPv4, else drop
        (_LDB_ABS, 0, 0, 23),  # protocol
        (_JEQ, 0, 8, socket.IPPROTO_TCP),
        (_LDH_ABS, 0, 0, 20),  # fragment offset
        (_JSET, 6, 0, 0x1FFF),  # a later fragment has no TCP header
        (_LDX_MSH, 0, 0, 14),  # X = length of the IP header
        (_LDH_IND, 0, 0, 14),  # source port
        (_JEQ, 2, 0, port),
        (_LDH_IND, 0, 0, 16),  # destination port
        (_JEQ, 0, 1, port),
        (_RET, 0, 0, _WHOLE_FRAME),
        (_RET, 0, 0, 0),
    ]


def attach(sock: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    """Let *sock* receive only what *program* accepts; `OSError` if refused."""
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    fprog = struct.pack("HL", len(program), ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, fprog)
