"""Loading a packet file: all of it that can be read, and a sentence for all that cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from labapp import link, pcap

_MOST = 20  # problems that are told one by one


@dataclass
class Loading:
    """What has been read so far.

    *frames* are time, Ethernet frame and False (for a `Frame`), as many as the file has;
    *problems* are sentences; *vouched* is true if each frame had a checksum of its own that fits.
    """

    frames: list[tuple[int, bytes, bool]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    aside: link.Aside = field(default_factory=link.Aside)
    vouched: bool = True
    _others: Counter[int] = field(default_factory=Counter)  # not Ethernet: link types
    _empty: Counter[int] = field(default_factory=Counter)  # those of them without IP
    _more: int = 0

    def read(self, path: Path) -> None:
        """Read the file; raises as `pcap.packets` does, but for damage."""
        frames, problems = self.frames, self._problem
        try:
            for time, data, cut_off, kind, checked in pcap.packets(path, self.aside):
                good = 0 <= time <= link.LAST_TIME
                when = time if good else min(max(time, 0), link.LAST_TIME)
                if cut_off:
                    problems(f"frame {len(frames)} lacks its last {cut_off} bytes")
                if not checked:
                    self.vouched = False
                    if checked is False:
                        problems(f"frame {len(frames)} is damaged: its checksum does not fit")
                frame = data if kind == link.ETHERNET else self._converted(data, kind)
                frames.append((when, frame, False))
        except link.Damaged as damage:
            problems(f"after frame {len(frames) - 1} {damage}" if frames else str(damage))
        self._end()

    @property
    def remark(self) -> str:
        """What a reader must know of its frames, or ``""``."""
        if not self._others:
            return ""
        kinds = ", ".join(map(str, sorted(self._others)))
        return f"; the lab wrote Ethernet headers in place of link type {kinds}"

    def _converted(self, data: bytes, kind: int) -> bytes:
        self._others[kind] += 1
        try:
            frame = link.ethernet(data, kind) if link.is_known(kind) else None
        except link.Unreadable as reason:
            self._problem(f"frame {len(self.frames)} cannot be read: {reason}")
            return link.opaque(data)
        if frame is None:
            self._empty[kind] += 1
            return link.opaque(data)
        return frame

    def _problem(self, sentence: str) -> None:
        if len(self.problems) < _MOST:
            self.problems.append(sentence)
        else:
            self._more += 1

    def _end(self) -> None:
        if self._more:
            self.problems.append(f"and {self._more} more of the kind")
        self.problems += [
            f"no IP packet was found in any of {count} frames of link type {kind}"
            for kind, count in self._others.items()
            if self._empty[kind] == count
        ]
        if self.aside.lost:
            self.problems.append(f"the capturing program missed {self.aside.lost} frames")
