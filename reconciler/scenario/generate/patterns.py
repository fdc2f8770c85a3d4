"""Texts that match a regular expression of the kind that flows hold: one short text for each way through it.

Whatever is beyond that gives a text that may not match; who asks tries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import Final

_MOST: Final = 12
"""Texts that are given for one pattern."""

_LONGEST: Final = 500
"""Characters of a pattern that is read."""

_CLASSES: Final = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "n": "\n", "t": "\t"}
_NOTHING: Final = frozenset("bBAZz")
_FLAGS: Final = frozenset("imsxaLu-")
_PLAIN: Final = "a1 Z-.@_!"


def sample(pattern: str) -> tuple[str, ...]:
    """Give texts that a pattern may be meant for, the shortest ways through it first. Never fails."""
    if len(pattern) > _LONGEST:
        return ()
    try:
        return tuple(dict.fromkeys(text for text in _Reader(pattern).alternatives()))[:_MOST]
    except (IndexError, ValueError, RecursionError):
        return ()


@dataclass(slots=True)
class _Reader:
    """Goes through a pattern once, from its start."""

    pattern: str
    at: int = 0

    def alternatives(self) -> list[str]:
        """Read up to the end of a group; each alternative may be taken."""
        found = self._sequence()
        while self._peek() == "|":
            self.at += 1
            found += self._sequence()
        return found

    def _sequence(self) -> list[str]:
        parts: list[list[str]] = []
        while self._peek() not in {"", "|", ")"}:
            parts.append(self._repeated(self._atom()))
        return ["".join(chosen) for chosen in islice(product(*parts), _MOST)]

    def _atom(self) -> list[str]:
        character = self._take()
        match character:
            case "(":
                return self._group()
            case "[":
                return [self._set()]
            case "\\":
                return [self._escape()]
            case ".":
                return ["a"]
            case "^" | "$":
                return [""]
            case _:
                return [character]

    def _group(self) -> list[str]:
        looks = self._opening()
        found = self.alternatives()
        if self._peek() == ")":
            self.at += 1
        # What is looked for ahead may stand here as well as anywhere; what must not stand here does not.
        return [*found, ""] if looks == "=" else [""] if looks else found

    def _opening(self) -> str:
        """Read what follows the parenthesis; give how the group only looks around, nothing where it does not."""
        if self._peek() != "?":
            return ""
        self.at += 1
        kind = self._take()
        if kind == "P" or (kind == "<" and self._peek() not in {"=", "!"}):
            while self._take() != ">":
                pass
            return ""
        while kind in _FLAGS:
            kind = self._take()
        if kind == ")":
            self.at -= 1
        return kind if kind in {"=", "!", "<"} else ""

    def _set(self) -> str:
        negated = self._peek() == "^"
        if negated:
            self.at += 1
        members: set[str] = set()
        first: str = ""
        while not members or self._peek() != "]":
            character = self._take()
            if character == "\\":
                character = self._escape()
            first = first or character
            members.add(character)
            members |= self._range(character)
        self.at += 1
        return next((one for one in _PLAIN if one not in members), "~") if negated else first

    def _range(self, start: str) -> set[str]:
        if self._peek() != "-" or self.pattern[self.at + 1] == "]" or not start:
            return set()
        self.at += 1
        end = self._take()
        return {chr(code) for code in range(ord(start), min(ord(end), ord(start) + 500) + 1)}

    def _escape(self) -> str:
        character = self._take()
        return "" if character in _NOTHING else _CLASSES.get(character, character)

    def _repeated(self, texts: list[str]) -> list[str]:
        least, most = self._count()
        if self._peek() in {"?", "+"} and (least, most) != (1, 1):
            self.at += 1
        times = dict.fromkeys((least, min(max(least, 1), most)))
        return [text * count for count in times for text in texts] if texts else [""]

    def _count(self) -> tuple[int, int]:
        match self._peek():
            case "*":
                self.at += 1
                return 0, _MOST
            case "+":
                self.at += 1
                return 1, _MOST
            case "?":
                self.at += 1
                return 0, 1
            case "{" if "}" in self.pattern[self.at :]:
                return self._braces()
            case _:
                return 1, 1

    def _braces(self) -> tuple[int, int]:
        end = self.pattern.index("}", self.at)
        least, comma, most = self.pattern[self.at + 1 : end].partition(",")
        if not least.isdecimal() or int(least) > _LONGEST:
            return 1, 1
        self.at = end + 1
        if not comma:
            return int(least), int(least)
        return int(least), int(most) if most.isdecimal() else int(least) + _MOST

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        character = self.pattern[self.at]
        self.at += 1
        return character
