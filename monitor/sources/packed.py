"""Headlines of a page that take little memory while nobody looks at them: a tenth of what objects take."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import overload

import brotli

from monitor.model import Item

_NAMES = tuple(field.name for field in fields(Item))
_values = attrgetter(*_NAMES)


class Packed(Sequence[Item]):
    """Headlines that are unpacked whenever they are asked for: whoever needs them twice makes a list."""

    __slots__ = ("_length", "_packed")

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self._length = len(items)
        self._packed = brotli.compress(pickle.dumps([*map(_values, items)], protocol=5), quality=1)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Item]:
        for values in pickle.loads(brotli.decompress(self._packed)):  # noqa: S301  it never left this object
            yield Item(**dict(zip(_NAMES, values, strict=True)))

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        return [*self][index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]  # as of lists

    def __repr__(self) -> str:
        return repr([*self])
