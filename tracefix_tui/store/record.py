"""Records: the frozen dataclasses of the model as JSON and back, each value exactly as it was."""

from __future__ import annotations

import dataclasses
import types
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tracefix_tui.model.errors import StoreError
from tracefix_tui.model.json_value import Json, JsonObject

T = TypeVar("T")
_KIND = "_kind"


def to_record(value: object) -> JsonObject:
    """A dataclass as JSON. Fields that have their default are left out; members of a union say which one they are."""
    out: JsonObject = {}
    made: Any = type(value)
    for field in dataclasses.fields(made):
        item = getattr(value, field.name)
        if not _is_default(field, item):
            out[field.name] = _packed(item, _hints(made)[field.name])
    return out


def from_record(made: type[T], record: Json) -> T:
    """The dataclass of a record; raises `StoreError` for one that does not fit. Unknown fields are left out."""
    try:
        return cast(T, _unpacked(record, made))
    except (TypeError, KeyError, ValueError) as error:
        raise StoreError(
            f"a stored {made.__name__} cannot be read: {error}", hint="It may come from another version"
        ) from error


def _packed(value: object, hint: Any) -> Json:
    if isinstance(value, tuple):
        return [_packed(item, _tuple_of(hint)) for item in value]
    if dataclasses.is_dataclass(value):
        record = to_record(value)
        return {_KIND: type(value).__name__, **record} if len(_classes(hint)) > 1 else record
    return cast(Json, value)


def _unpacked(record: Json, hint: Any) -> object:
    classes = _classes(hint)
    if classes and isinstance(record, dict):
        made = classes[str(record[_KIND])] if len(classes) > 1 else next(iter(classes.values()))
        hints = _hints(made)
        return made(**{name: _unpacked(item, hints[name]) for name, item in record.items() if name in hints})
    if isinstance(record, list) and (inner := _tuple_of(hint)) is not None:
        return tuple(_unpacked(item, inner) for item in record)
    if classes and (record is not None or type(None) not in _members(hint)):
        raise TypeError(f"{' or '.join(classes)} expected")
    return record


@cache
def _hints(made: Any) -> dict[str, Any]:
    return get_type_hints(made)


def _members(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the one type itself."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _classes(hint: Any) -> dict[str, type]:
    return {m.__name__: m for m in _members(hint) if isinstance(m, type) and dataclasses.is_dataclass(m)}


def _tuple_of(hint: Any) -> Any:
    for member in _members(hint):
        if get_origin(member) is tuple:
            return get_args(member)[0]
    return None


def _is_default(field: dataclasses.Field[Any], value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return type(value) is type(field.default) and repr(value) == repr(field.default)  # -0.0 is not 0.0
    return field.default_factory is not dataclasses.MISSING and value == field.default_factory()
