// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.IndexRange;
import dev.balsa.raft.wal.SegmentReader.Found;
import dev.balsa.raft.wal.fs.StorageFile;
import dev.balsa.raft.wal.inspect.DamagedRange;
import dev.balsa.raft.wal.inspect.DamagedRange.LostEntries;
import dev.balsa.raft.wal.inspect.GroupReport;
import dev.balsa.raft.wal.inspect.LogRecord;
import dev.balsa.raft.wal.inspect.SegmentReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads a log past its damage. Where {@link Recovery} stops at the first thing that it cannot rely
 * on, this goes on at the next intact batch, to tell how much is damaged and what stood there.
 */
final class Survey {
  private final WalConfig config;
  private final boolean whole;
  private final Consumer<LogRecord> sink;
  private final Checksums checksums = new Checksums();
  private final SegmentUsage usage = new SegmentUsage();
  private final Groups known = new Groups(usage);
  private final List<SegmentReport> segments = new ArrayList<>();
  private final List<Bad> damage = new ArrayList<>();

  /** The last entry that was seen of each group. */
  private final TreeMap<Long, Long> lastIndexes = new TreeMap<>();

  private SegmentHeader newest;
  private SegmentReader reader;
  private String problem;

  /** A damaged range whose entries are still being found out. */
  private record Bad(
      Path file, long from, long to, long position, String reason, List<LostEntries> entries) {}

  /**
   * Prepares to read.
   *
   * @param whole whether {@code sink} needs the payload of every record
   */
  Survey(WalConfig config, boolean whole, Consumer<LogRecord> sink) {
    this.config = config;
    this.whole = whole;
    this.sink = sink;
  }

  /**
   * Reads all segments.
   *
   * @param opens whether a start would accept the log: then a segment without a footer is but the
   *     work of a crash
   */
  void run(boolean opens) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : config.fileSystem().list(config.directory())) {
      if (Segment.isSegmentName(name)) {
        files.add(config.directory().resolve(name));
      }
    }
    for (int i = 0; i < files.size(); i++) {
      boolean mayEndOpen = opens || i == files.size() - 1;
      try (StorageFile file = config.fileSystem().openForReading(files.get(i))) {
        read(files.get(i), file, segments.isEmpty(), mayEndOpen);
      }
    }
  }

  private void read(Path path, StorageFile file, boolean oldest, boolean mayEndOpen)
      throws IOException {
    SegmentHeader header;
    try {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SegmentHeader.READ_BYTES);
      file.readFully(bytes, 0);
      header = SegmentHeader.read(bytes.flip(), path, file.size(), checksums);
    } catch (WalException e) {
      damage.add(new Bad(path, 0, file.size(), 0, "its header is not intact", new ArrayList<>()));
      return;
    }
    newest = header;
    usage.begin(header);
    known.bootEpoch(Math.max(known.bootEpoch(), header.bootEpoch()));
    reader = new SegmentReader(path, header, file);
    readHead(path, header, oldest);
    readBatches(path, header, mayEndOpen);
  }

  private void bad(Path path, SegmentHeader header, long from, long to, String reason) {
    long position = header.firstPosition() + from;
    damage.add(new Bad(path, from, to, position, reason, new ArrayList<>()));
  }

  private void readHead(Path path, SegmentHeader header, boolean oldest) throws IOException {
    long from = header.sectorBytes();
    if (look(from) == Found.BATCH && reader.batchBytes() == header.headBytes()) {
      show(
          path,
          header,
          from,
          (record, payload) -> {
            note(record);
            if (damage.isEmpty()) {
              known.replayHead(record, payload, oldest);
            }
          });
      return;
    }
    bad(path, header, from, from + header.headBytes(), "its head: " + problem);
  }

  private void readBatches(Path path, SegmentHeader header, boolean mayEndOpen) throws IOException {
    long offset = header.sectorBytes() + (long) header.headBytes();
    long batches = 0;
    long records = 0;
    boolean sealed = false;
    while (!sealed) {
      Found found = look(offset);
      if (found == Found.BATCH) {
        batches++;
        records += reader.recordCount();
        readBatch(path, header, offset);
        offset += reader.batchBytes();
        if (!reader.isIdentified() && !isLastBatch(header, offset, mayEndOpen)) {
          long from = offset - header.sectorBytes();
          bad(path, header, from, offset, "the identifier of a batch is not intact");
        }
      } else if (found == Found.FOOTER) {
        sealed = true;
        offset += header.sectorBytes();
      } else {
        String reason = problem;
        long next = nextIntact(header, offset);
        if (next == header.segmentBytes()) {
          readEnd(path, header, offset, reason, mayEndOpen);
          break;
        }
        bad(path, header, offset, next, reason);
        offset = next;
      }
    }
    segments.add(
        new SegmentReport(
            path,
            header.number(),
            header.epoch(),
            header.firstPosition(),
            header.segmentBytes(),
            offset,
            batches,
            records,
            sealed));
  }

  /** Whether the log may end here, so that a crash may have kept an identifier from the disk. */
  private boolean isLastBatch(SegmentHeader header, long end, boolean mayEndOpen)
      throws IOException {
    return mayEndOpen
        && look(end) == Found.NOTHING
        && nextIntact(header, end) == header.segmentBytes();
  }

  private void readBatch(Path path, SegmentHeader header, long offset) throws IOException {
    show(
        path,
        header,
        offset,
        (record, payload) -> {
          note(record);
          if (damage.isEmpty()) {
            known.replay(record, payload);
          }
        });
  }

  /** Where the next intact batch or footer begins, or the length of the segment. */
  private long nextIntact(SegmentHeader header, long offset) throws IOException {
    long at = offset + header.sectorBytes();
    while (at < header.segmentBytes() && look(at) == Found.NOTHING) {
      at += header.sectorBytes();
    }
    return at;
  }

  /** Nothing intact follows: the end of the log, of a segment cut short, or damage. */
  private void readEnd(
      Path path, SegmentHeader header, long offset, String reason, boolean mayEndOpen)
      throws IOException {
    SegmentReader.Beyond beyond = reader.scan(offset);
    if (beyond.evidence() != null) {
      bad(path, header, offset, beyond.traceEnd(), reason + ", but " + beyond.evidence());
    } else if (!mayEndOpen) {
      bad(path, header, offset, header.segmentBytes(), reason + ", and there is no footer");
    }
  }

  /** What stands at {@code offset}; a place that the disk does not give back holds nothing. */
  private Found look(long offset) throws IOException {
    try {
      Found found = reader.look(offset);
      problem = reader.problem();
      return found;
    } catch (WalException e) {
      problem = "the disk does not give it back (" + e.getCause() + ")";
      return Found.NOTHING;
    }
  }

  private void show(Path path, SegmentHeader header, long offset, SegmentReader.RecordSink also) {
    SegmentReader.RecordSink both =
        (record, payload) -> {
          sink.accept(told(path, header, record, payload));
          also.accept(record, payload);
        };
    try {
      if (whole) {
        reader.forEachWholeRecord(offset, both);
      } else {
        reader.forEachRecord(offset, both);
      }
    } catch (IllegalStateException | IllegalArgumentException e) {
      long to = offset + reader.batchBytes();
      bad(path, header, offset, to, "a record contradicts what came before: " + e.getMessage());
    }
  }

  private static LogRecord told(
      Path path, SegmentHeader header, RecordHeader record, byte[] payload) {
    EntryType type = record.type.isEntry() ? EntryType.ofCode(record.kind) : null;
    return new LogRecord(
        path,
        record.position - header.firstPosition(),
        record.position,
        record.type.name(),
        type == null ? "" : type.name(),
        record.group,
        record.index,
        record.term,
        payload);
  }

  /** Keeps account of the last index of each group, and of what is missing after damage. */
  private void note(RecordHeader record) {
    switch (record.type) {
      case ENTRY -> {
        noteMissing(record.group, record.index - 1);
        lastIndexes.put(record.group, record.index);
      }
      case GROUP -> {
        noteMissing(record.group, record.index);
        lastIndexes.put(record.group, record.index);
      }
      case BOOTSTRAP, TRUNCATE, RESET -> lastIndexes.put(record.group, record.index);
      default -> {
        // Says nothing of where a log ends.
      }
    }
  }

  /** A group's log is known to reach up to {@code upTo} here. */
  private void noteMissing(long group, long upTo) {
    Long last = lastIndexes.get(group);
    if (!damage.isEmpty() && last != null && last < upTo) {
      IndexRange missing = new IndexRange(last + 1, upTo);
      damage.get(damage.size() - 1).entries.add(new LostEntries(group, missing));
    }
  }

  /** The newest segment header that could be read, null if none. */
  SegmentHeader newest() {
    return newest;
  }

  long bootEpoch() {
    return known.bootEpoch();
  }

  List<SegmentReport> segments() {
    return segments;
  }

  List<DamagedRange> damage() {
    List<DamagedRange> ranges = new ArrayList<>();
    for (Bad bad : damage) {
      ranges.add(
          new DamagedRange(bad.file, bad.from, bad.to, bad.position, bad.reason, bad.entries));
    }
    return ranges;
  }

  List<GroupReport> groups() {
    List<GroupReport> reports = new ArrayList<>();
    for (Map.Entry<Long, GroupLog> group : known.all().entrySet()) {
      GroupState state = group.getValue().state();
      reports.add(
          new GroupReport(
              group.getKey(),
              state.hardState(),
              state.snapshot().id(),
              state.firstIndex(),
              state.last()));
    }
    return reports;
  }
}
