package io.seamark.buffer.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes what can be read of damaged segments again, so that any Arrow library reads it. Guarded by
 * the log's lock.
 */
final class SegmentRepair<E> {
  private final SegmentFolder folder;
  private final RecordIndex<E> entries;
  private final SegmentIndex<E> index;

  SegmentRepair(SegmentFolder folder, RecordIndex<E> entries, SegmentIndex<E> index) {
    this.folder = folder;
    this.entries = entries;
    this.index = index;
  }

  /** All that are sealed; those of which nothing can be read are in no index. */
  List<RepairedSegment> all() throws IOException {
    List<RepairedSegment> repaired = new ArrayList<>();
    for (Segment<E> segment : index.segments()) {
      if (segment.sealed) {
        repair(segment).ifPresent(repaired::add);
      }
    }
    return repaired;
  }

  private Optional<RepairedSegment> repair(Segment<E> segment) throws IOException {
    Damages damages = new Damages();
    try (Disk.File file = folder.disk.open(segment.file, false)) {
      Segment<E> whole = new Segment<>(segment.id, true, segment.file);
      for (RecordAt<E> record :
          SealedSegment.open(segment.name(), file, segment.id, folder.schema, entries, damages)) {
        try {
          SealedSegment.message(segment.name(), file, record);
          if (index.find(record.sequence()) != null) {
            whole.records.add(record);
          }
        } catch (DamagedRecordException e) {
          damages.add(String.valueOf(e.getMessage()));
        }
      }
      if (damages.isEmpty() || whole.records.isEmpty()) {
        return Optional.empty();
      }
      // First the copy: whenever a crash comes, the file's bytes are there.
      String kept = folder.keepCopy(segment.file, file);
      Segment<E> written = folder.writeTemporary(whole, file);
      folder.renameTemporary(written);
      folder.force();
      index.removeRecords(segment);
      index.put(written);
      return Optional.of(
          new RepairedSegment(segment.name(), kept, written.records.size(), damages.lines()));
    }
  }
}
