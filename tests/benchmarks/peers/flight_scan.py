"""Time to read a replay buffer over Arrow Flight, against that of reading its sealed segments by pyarrow, turn by turn.

io.seamark.benchmark.FlightScan starts it. Needs pyarrow. Arguments: the buffer's folder, the port of the server, rounds.
"""

import glob
import statistics
import sys
import time

import pyarrow as pa
import pyarrow.flight as flight

folder, port, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = flight.connect(f"grpc://127.0.0.1:{port}")


def files():
    """All columns of all rows of the sealed segments, decompressed."""
    rows = size = 0
    for name in sorted(glob.glob(folder + "/*.arrow")):
        reader = pa.ipc.open_file(pa.memory_map(name))
        for i in range(reader.num_record_batches):
            batch = reader.get_batch(i)
            rows, size = rows + batch.num_rows, size + batch.nbytes
    return rows, size


def stream():
    """The same over Flight."""
    rows = size = 0
    info = client.get_flight_info(flight.FlightDescriptor.for_path("samples"))
    for chunk in client.do_get(info.endpoints[0].ticket):
        if chunk.data is not None:
            rows, size = rows + chunk.data.num_rows, size + chunk.data.nbytes
    return rows, size


def timed(read):
    start = time.perf_counter()
    result = read()
    return time.perf_counter() - start, result


timed(files), timed(stream)  # Warm the file cache and the server's compiler.
by = {files: [], stream: []}
for _ in range(rounds):
    for read in by:
        seconds, result = timed(read)
        by[read].append((seconds, result))
(rows, size), other = by[files][0][1], by[stream][0][1]
assert (rows, size) == other, f"files have {rows} rows of {size} bytes, the stream {other}"
file_time, stream_time = (statistics.median(s for s, _ in by[read]) for read in (files, stream))
print(
    f"{rows} rows, {size / 1e6:.0f} MB: files {file_time:.3f} s, Flight {stream_time:.3f} s;"
    f" Flight has {file_time / stream_time:.2f} of the files' speed (medians of {rounds}, turn by turn)"
)
