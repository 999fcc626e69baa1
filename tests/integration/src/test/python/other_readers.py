"""Reads a replay buffer by other libraries and holds every field of every row against Seamark's own reader.

Arguments: the buffer's folder; a file with a line of JSON for each row as Seamark reads it; the address that the buffer
is served at, a file with its token; the address of a second, empty buffer with the same token; the folder of an export
as Parquet, and of one as Feather.
"""

import glob
import hashlib
import json
import os
import sys

import duckdb
import pandas
import pyarrow as pa
import pyarrow.dataset as dataset
import pyarrow.flight as flight
import pyarrow.parquet as parquet

folder, dump, served, token_file, second, parquet_folder, feather_folder = sys.argv[1:]
expected = [json.loads(line) for line in open(dump, encoding="utf-8")]
token = open(token_file, encoding="ascii").read().strip()
options = flight.FlightCallOptions(headers=[(b"authorization", b"Bearer " + token.encode())])


def plain(value, column):
    """A value as it stands in the dump: bytes by their digest, times in milliseconds."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    if hasattr(value, "timestamp"):
        assert value.tzinfo is not None and value.utcoffset().total_seconds() == 0, f"{column} is not in UTC"
        return round(value.timestamp() * 1000)
    return [plain(item, column) for item in value]


def rows(table):
    """The rows of an Arrow table."""
    return [{name: plain(value, name) for name, value in row.items()} for row in table.to_pylist()]


def same(what, actual, wanted):
    assert len(actual) == len(wanted), f"{what}: {len(actual)} rows, not {len(wanted)}"
    for got, want in zip(actual, wanted):
        assert list(got) == list(want), f"{what}: columns {list(got)}, not {list(want)}"
        for column in want:
            assert got[column] == want[column], (
                f"{what}: {column} of {want['id']} is {got[column]!r}, not {want[column]!r}"
            )
    fields = sum(len(row) for row in actual)
    print(f"{what}: {len(actual)} rows, {fields} fields are the same")


def duck(query):
    """What DuckDB makes of a query, in the order of the rows."""
    result = duckdb.sql(f"SELECT * FROM ({query}) ORDER BY sequence").arrow()
    return rows(result if isinstance(result, pa.Table) else result.read_all())


# Sealed segments. What is in the journal yet is in none.
duckdb.sql("SET TimeZone='UTC'")
names = sorted(glob.glob(folder + "/*.arrow"))
tables = [pa.ipc.open_file(name).read_all() for name in names]
for table in tables:
    table.validate(full=True)
sealed = expected[: sum(len(table) for table in tables)]
assert 0 < len(sealed) < len(expected)
same("segments by pyarrow", rows(pa.concat_tables(tables)), sealed)
frames = pandas.concat([pandas.read_feather(name, dtype_backend="pyarrow") for name in names])
same("segments by pandas", rows(pa.Table.from_pandas(frames, preserve_index=False)), sealed)
segments = dataset.dataset(names, format="arrow")
same("segments by DuckDB", duck("SELECT * FROM segments"), sealed)

# Arrow Flight.
client = flight.connect(served)
try:
    list(client.list_flights())
    raise AssertionError("flights are listed without a token")
except flight.FlightUnauthenticatedError:
    pass
flights = {tuple(info.descriptor.path): info for info in client.list_flights(options=options)}
info = flights[(b"samples",)]
assert info.total_records == len(expected)
ticket = info.endpoints[0].ticket
stream = client.do_get(ticket, options).read_all()
stream.validate(full=True)
assert stream.schema.equals(info.schema, check_metadata=True)
same("Flight by pyarrow", rows(stream), expected)
for path, info in flights.items():
    part = client.do_get(info.endpoints[0].ticket, options).read_all()
    assert len(part) == info.total_records, path
    if path[1:2] == (b"domain",):
        wanted = [row for row in expected if row["domain"] == path[2].decode()]
        same(f"Flight of the domain {path[2].decode()!r} by pyarrow", rows(part), wanted)
*_, end = client.do_get(ticket, options)
summary = json.loads(end.app_metadata.to_pybytes())
assert (summary["samples"], summary["damaged"]) == (len(expected), 0), summary

# The same into another buffer, in batches of several rows, twice.
other = flight.connect(second)
for stored in len(expected), 0:
    writer, results = other.do_put(flight.FlightDescriptor.for_path("samples"), stream.schema, options)
    with writer:
        writer.write_table(stream.combine_chunks(), max_chunksize=4)
        writer.done_writing()
        while (buffer := results.read()) is not None:
            result = json.loads(buffer.to_pybytes())
    assert result == {"rows": len(expected), "stored": stored, "there": len(expected) - stored}, result
info = other.get_flight_info(flight.FlightDescriptor.for_path("samples"), options)
same("put and read again by pyarrow", rows(other.do_get(info.endpoints[0].ticket, options).read_all()), expected)

# Exports.
(file,) = glob.glob(parquet_folder + "/*.parquet")
table = parquet.read_table(file)
assert table.schema.equals(stream.schema), f"{table.schema} is not {stream.schema}"
same("Parquet by pyarrow", rows(table), expected)
same("Parquet by DuckDB", duck(f"SELECT * FROM '{file}'"), expected)
parts = sorted(glob.glob(feather_folder + "/*.feather"))
assert [os.path.basename(part) for part in parts][:2] == ["samples-00000.feather", "samples-00001.feather"]
table = pa.concat_tables([pa.ipc.open_file(part).read_all() for part in parts])
table.validate(full=True)
assert table.schema.equals(stream.schema, check_metadata=True)
same("Feather by pyarrow", rows(table), expected)
