"""Which of the file's columns means which of our fields."""

import re
from collections.abc import Collection, Mapping

from db.imports.fields import without_control_characters
from db.imports.report import BadFile
from db.imports.rows import Value

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class FieldMap:
    """Renames a row's values to our names.

    What `--map` says goes first. Then a name that is ours in another spelling is taken
    ("Image Link" is image_link), and then, for a field that is still empty, its aliases.
    """

    def __init__(
        self, given: Mapping[str, str], *, aliases: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._aliases = aliases or {}
        self._given = given
        self._theirs: dict[str, list[str]] = {}
        for ours, theirs in given.items():
            self._theirs.setdefault(field_name(theirs), []).append(field_name(ours))
        self._names: dict[str, tuple[str, ...]] = {}

    def apply(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The row's values under our names; those of no field of ours keep their own."""
        named: dict[str, Value] = {}
        for theirs, value in values.items():
            names = self._names.get(theirs)
            if names is None:
                names = self._names[theirs] = self._names_of(theirs)
            for name in names:
                if not named.get(name):
                    named[name] = value
        for ours, aliases in self._aliases.items():
            if not named.get(ours):
                for alias in aliases:
                    if named.get(alias):
                        named[ours] = named.pop(alias)
                        break
        return named

    def check(self, *, needed: Collection[str]) -> None:
        """Check, once rows have been read, that the file has the columns it must have.

        Raises:
            BadFile: no row has one that --map names, or anything for a needed field of ours.
        """
        if not self._names:
            return
        there = ", ".join(sorted(name for name in self._names if name))
        seen = {field_name(theirs) for theirs in self._names}
        for ours, theirs in self._given.items():
            if field_name(theirs) not in seen:
                raise BadFile(f"--map {ours}={theirs}: no row has {theirs!r}; there is {there}.")
        ours_seen = {name for names in self._names.values() for name in names}
        for name in needed:
            if not ours_seen.intersection((name, *self._aliases.get(name, ()))):
                raise BadFile(
                    f"No row has {name}; there is {there}. Say which it is: --map {name}=..."
                )

    def _names_of(self, theirs: str) -> tuple[str, ...]:
        name = field_name(theirs)
        if not name:
            return ()
        if name in self._theirs:
            return tuple(self._theirs[name])
        # A column must not undo what --map has said about the field of its name.
        return () if name in {field_name(ours) for ours in self._given} else (name,)


def field_name(text: str) -> str:
    """The name in the form of ours: `g:Image Link` and `imageLink` are image_link."""
    words = _HUMP.sub("_", without_control_characters(text).strip())
    return re.sub(r"[\s\-]+", "_", words.lower().removeprefix("g:"))
