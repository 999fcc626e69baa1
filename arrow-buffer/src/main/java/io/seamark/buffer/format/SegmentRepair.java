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
  private final Indexing<E> indexing;
  private final SegmentInspection<E> inspection;
  private final SegmentIndex<E> index;

  SegmentRepair(
      SegmentFolder folder,
      Indexing<E> indexing,
      SegmentInspection<E> inspection,
      SegmentIndex<E> index) {
    this.folder = folder;
    this.indexing = indexing;
    this.inspection = inspection;
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
      List<RecordAt<E>> whole = new ArrayList<>();
      for (RecordAt<E> record : readable(segment, file, damages)) {
        try {
          SealedSegment.message(segment.name(), file, record.place());
          if (segment.records.contains(record.sequence())) {
            whole.add(record);
          }
        } catch (DamagedRecordException e) {
          damages.add(String.valueOf(e.getMessage()));
        }
      }
      if (damages.isEmpty() || whole.isEmpty()) {
        return Optional.empty();
      }
      // First the copy: whenever a crash comes, the file's bytes are there.
      String kept = folder.keepCopy(segment.file, file);
      Segment<E> written = folder.writeTemporary(segment, whole, file, indexing);
      folder.renameTemporary(written);
      folder.force();
      index.put(written);
      return Optional.of(new RepairedSegment(segment.name(), kept, whole.size(), damages.lines()));
    }
  }

  private List<RecordAt<E>> readable(Segment<E> segment, Disk.File file, Damages damages)
      throws IOException {
    SealedSegment.Contents<E> contents =
        inspection.whole(segment.name(), file, segment.id, damages);
    if (contents != null) {
      return contents.records();
    }
    // Opening saw only its summary. The file stays as it is.
    inspection.damaged(damages);
    inspection.unreadable(segment);
    index.remove(segment);
    return List.of();
  }
}
