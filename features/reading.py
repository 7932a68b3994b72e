"""Reads files of registrations, persons and labels: Parquet, CSV, JSON array or JSON lines.

A row that cannot be read is rejected alone; a file that cannot be read is one `InputError`. A
repeated key is ignored where its content is equal and rejected where it differs.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features import person_columns
from features.errors import InputError, StorageFullError
from features.parsing import (
    Label,
    Parser,
    Problem,
    parse_label,
    parse_person,
    parse_registration,
)
from features.registration import Person, Registration

T = TypeVar("T")
RawRows = Iterator[tuple[int, object]]

_BATCH_ROWS = 8192
_WIDEST_CELL = 1 << 20
# Of a CSV file; a quotation mark that is never closed would swallow the rest of a book.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARQUET = frozenset({".parquet", ".pq"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Rejected:
    """One rejected row; `row_number` counts from 1, a header not counted."""

    source: str
    row_number: int
    registration_id: str | None
    column: str
    reason: str


@dataclass(slots=True)
class Readout(Generic[T]):
    """What a file held: the items in its order, the rejected rows, how many rows said nothing new.

    `row_numbers` are those of the items; `later` counts rows that were not to be seen yet.
    """

    items: list[T] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    repeated: int = 0
    later: int = 0


@dataclass(frozen=True, slots=True)
class _Form(Generic[T]):
    """One kind of file: its columns, and how a row becomes an item with a key and a moment."""

    columns: frozenset[str]
    required: tuple[str, ...]
    parse: Parser
    key: Callable[[T], object]
    moment: Callable[[T], datetime] = lambda _: _EPOCH


def _columns(noun: type) -> frozenset[str]:
    return frozenset(f.name for f in fields(noun))


_REGISTRATIONS: _Form[Registration] = _Form(
    columns=_columns(Registration),
    required=(
        "registration_id",
        "kind",
        "institution",
        "registered_at",
        "document_type",
        "document_number",
        "full_name",
    ),
    parse=parse_registration,
    key=lambda r: r.key,
    moment=lambda r: r.registered_at,
)
_POPULATION: _Form[Person] = _Form(
    columns=_columns(Person),
    required=("id_number", "full_name", "birth_date"),
    parse=parse_person,
    key=lambda p: p.id_number,
)
_LABELS: _Form[Label] = _Form(
    columns=_columns(Label),
    required=("registration_id", "is_fraud", "confirmed_at"),
    parse=parse_label,
    key=lambda label: label.registration_id,
    moment=lambda label: label.confirmed_at,
)


def read_registrations(path: Path, until: datetime | None = None) -> Readout[Registration]:
    """All registrations of a file, in its order; with `until` only those strictly before it exist.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    return _read(path, _REGISTRATIONS, until)


def read_population(path: Path) -> Readout[Person]:
    """All persons of a file in memory; see `stream_population` for a nation.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    return _read(path, _POPULATION)


def read_labels(path: Path, until: datetime | None = None) -> Readout[Label]:
    """All labels of a file, in its order; with `until` only those strictly before it exist.

    Raises:
        InputError: the file as a whole cannot be read.
    """
    return _read(path, _LABELS, until)


def stream_population(path: Path, rejected: list[Rejected]) -> Iterator[pa.RecordBatch]:
    """The persons of a file in the columns of `person_columns.SCHEMA`, within small memory.

    Bad rows are added to `rejected` before the batch that they stood in is given. Repeated keys
    are passed on: `Replica.load_columns` compares them with what it has already stored.

    Raises:
        InputError: while iterating, the file as a whole cannot be read.
    """
    with _clear_errors(path):
        if path.suffix.lower() in _PARQUET:
            yield from _parquet_persons(path, rejected)
        else:
            read = _persons(path, _raw_rows(path, _POPULATION), rejected)
            yield from person_columns.batches(person for _, person in read)


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Writes rejected rows as Parquet, aside first, so that no half-written file is ever seen.

    Raises:
        StorageFullError: there is no room, or writing is not possible.
    """
    columns = {f.name: f.name for f in fields(Rejected)}
    rows = list(rejected)
    schema = pa.schema(
        [(name, pa.int64() if name == "row_number" else pa.string()) for name in columns]
    )
    table = pa.table({name: [getattr(r, name) for r in rows] for name in columns}, schema=schema)
    aside = path.with_name(path.name + ".part")
    try:
        pq.write_table(table, aside)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise StorageFullError(f"cannot write {path}: {error.strerror or 'disk'}") from error


def _read(path: Path, form: _Form[T], until: datetime | None = None) -> Readout[T]:
    out: Readout[T] = Readout()
    seen: dict[object, T] = {}
    with _clear_errors(path):
        for number, raw in _raw_rows(path, form):
            item = _item(raw, form)
            if isinstance(item, list):
                out.rejected.extend(_rejections(path, number, raw, item))
                continue
            if until is not None and form.moment(item) >= until:
                out.later += 1  # before keys are compared: it contradicts nothing that was known
                continue
            first = seen.setdefault(form.key(item), item)
            if first is item:
                out.items.append(item)
                out.row_numbers.append(number)
            elif first == item:
                out.repeated += 1
            else:
                problem = Problem(form.required[0], "repeated_with_other_content")
                out.rejected.extend(_rejections(path, number, raw, [problem]))
    return out


def _parquet_persons(path: Path, rejected: list[Rejected]) -> Iterator[pa.RecordBatch]:
    """Takes plainly clean rows over by columns and parses the others."""
    passed = 0
    for batch in _parquet_batches(path, _POPULATION, person_columns.ROWS):
        rows, clean = person_columns.plain(batch)
        if not clean.all():
            others = np.flatnonzero(~clean)
            raw = _batch_rows(path, batch.take(pa.array(others)))
            numbered = zip((others + passed + 1).tolist(), raw, strict=True)
            read = list(_persons(path, numbered, rejected))
            places = [*np.flatnonzero(clean).tolist(), *(n - passed - 1 for n, _ in read)]
            parsed = person_columns.of_persons([person for _, person in read])
            rows = pa.concat_batches([rows.filter(pa.array(clean)), parsed])
            rows = rows.take(pa.array(np.argsort(np.array(places, np.int64))))
        passed += batch.num_rows
        yield rows


def _persons(
    path: Path, rows: Iterable[tuple[int, object]], rejected: list[Rejected]
) -> Iterator[tuple[int, Person]]:
    for number, raw in rows:
        item = _item(raw, _POPULATION)
        if isinstance(item, list):
            rejected.extend(_rejections(path, number, raw, item))
        else:
            yield number, item


def _item(raw: object, form: _Form[T]) -> T | list[Problem]:
    if isinstance(raw, Problem):
        return [raw]
    if not isinstance(raw, Mapping):
        return [Problem("", "not_an_object")]
    return cast("T | list[Problem]", form.parse(raw))


def _rejections(
    path: Path, number: int, raw: object, problems: list[Problem]
) -> Iterator[Rejected]:
    """One rejected row a problem; persons' numbers are personal and stay out of it."""
    key = raw.get("registration_id") if isinstance(raw, Mapping) else None
    shown = key if isinstance(key, str) and key.isprintable() else None
    for problem in problems:
        yield Rejected(path.name, number, shown, problem.column, problem.reason)


def _raw_rows(path: Path, form: _Form[T]) -> RawRows:
    suffix = path.suffix.lower()
    _check_file(path)
    if suffix in _PARQUET:
        batches = _parquet_batches(path, form, _BATCH_ROWS)
        return enumerate((row for batch in batches for row in _batch_rows(path, batch)), start=1)
    if suffix == ".csv":
        return _csv_rows(path, form)
    if suffix == ".json" or suffix in _JSON_LINES:
        return _json_rows(path, lines=suffix in _JSON_LINES)  # absent keys mean null in JSON
    forms = ".parquet, .csv, .json, .jsonl"
    raise InputError(f"{path}: not one of {forms}", f"{path}: không phải là {forms}")


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: no such file", f"{path}: không có tệp này")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty", f"{path}: tệp trống")


def _check_columns(path: Path, present: list[str], form: _Form[T]) -> list[str]:
    """The known columns among those present; a missing or a doubled one is named."""
    for column in form.required:
        if column not in present:
            raise InputError(f"{path}: column {column} is missing", f"{path}: thiếu cột {column}")
    known = [column for column in present if column in form.columns]
    for column in known:
        if known.count(column) > 1:
            raise InputError(
                f"{path}: column {column} appears more than once",
                f"{path}: cột {column} xuất hiện hơn một lần",
            )
    return known


def _parquet_batches(path: Path, form: _Form[T], rows: int) -> Iterator[pa.RecordBatch]:
    """The known columns of a file, so many rows at a time."""
    _check_file(path)
    with pq.ParquetFile(path) as file:
        known = _check_columns(path, file.schema_arrow.names, form)
        yield from file.iter_batches(batch_size=rows, columns=known)


def _batch_rows(path: Path, batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    names = batch.schema.names
    columns = [_values(path, n, c) for n, c in zip(names, batch.columns, strict=True)]
    for cells in zip(*columns, strict=True):
        yield dict(zip(names, cells, strict=True))


def _values(path: Path, name: str, column: pa.Array) -> list[object]:
    """The Python values of one column; a column in an impossible state is named."""
    try:
        if pa.types.is_timestamp(column.type):
            return _moments(column)
        return cast("list[object]", column.to_pylist())
    except (UnicodeDecodeError, ValueError, OverflowError, pa.ArrowException) as error:
        raise InputError(
            f"{path}: column {name} holds values that cannot be read",
            f"{path}: cột {name} có giá trị không đọc được",
        ) from error


def _moments(column: pa.Array) -> list[object]:
    """Timestamps as aware UTC moments; one beyond the calendar stays a number, unreadable later.

    Goes by whole microseconds, because Arrow's own way imports pandas and cannot do nanoseconds.
    """
    exact = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    out: list[object] = []
    for micros in exact.to_pylist():
        try:
            out.append(None if micros is None else _EPOCH + timedelta(microseconds=micros))
        except OverflowError:
            out.append(micros)
    return out


def _csv_rows(path: Path, form: _Form[T]) -> RawRows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        csv.field_size_limit(_WIDEST_CELL)
        reader = csv.reader(file)
        header = next(reader, [])
        _check_columns(path, header, form)
        number = open_since = 0
        for cells in reader:
            number += bool(cells)  # not a blank line
            if len(cells) == len(header):
                yield number, dict(zip(header, cells, strict=True))
            elif cells:
                yield number, Problem("", "wrong_cell_count")
            open_since = 0 if len(cells) in (0, len(header)) or "\n" not in cells[-1] else number
        if open_since:  # the last cell runs on over lines to the end of the file
            raise InputError(
                f"{path}: a quotation mark in row {open_since} is never closed",
                f"{path}: dấu ngoặc kép mở ở dòng {open_since} không được đóng",
            )


def _json_rows(path: Path, *, lines: bool) -> RawRows:
    with path.open(encoding="utf-8-sig") as file:
        if lines:
            texts = (line for line in file if not line.isspace())
            yield from ((i, json.loads(line)) for i, line in enumerate(texts, start=1))
            return
        rows = json.load(file)
    if not isinstance(rows, list):
        rows = [rows]
    yield from enumerate(rows, start=1)


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    """Turns what the file libraries raise into one clear line that names the file."""
    try:
        yield
    except InputError:
        raise
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: not valid UTF-8 text", f"{path}: không phải văn bản UTF-8 hợp lệ"
        ) from error
    except pa.ArrowException as error:
        raise InputError(
            f"{path}: not a readable Parquet file, perhaps cut short",
            f"{path}: không đọc được như tệp Parquet, có thể bị cắt cụt",
        ) from error
    except (ValueError, RecursionError) as error:  # also a number of too many digits
        raise InputError(f"{path}: not valid JSON", f"{path}: không phải JSON hợp lệ") from error
    except csv.Error as error:
        raise InputError(
            f"{path}: not a readable CSV file ({error})",
            f"{path}: không đọc được như tệp CSV ({error})",
        ) from error
    except OSError as error:
        reason = error.strerror or "damaged content"
        raise InputError(
            f"{path}: cannot be read ({reason})", f"{path}: không đọc được ({reason})"
        ) from error
