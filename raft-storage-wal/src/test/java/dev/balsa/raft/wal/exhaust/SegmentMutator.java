// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Changes fields, payloads and bits of a real segment, and mostly seals it again. */
final class SegmentMutator {
  /** Offset and length of each field of a record's header but the checksum, which is sealed. */
  private static final int[][] RECORD_FIELDS = {
    {0, 4}, {4, 1}, {5, 1}, {6, 1}, {7, 1}, {8, 4}, {12, 4}, {16, 8}, {24, 8}, {32, 8}, {40, 8},
  };

  private static final int[][] HEADER_FIELDS = {
    {0, 8}, {8, 4}, {12, 4}, {16, 8}, {24, 8}, {32, 8}, {40, 8}, {48, 8}, {56, 8}, {64, 8}, {72, 8},
    {80, 4}, {84, 4},
  };

  private static final long[] TELLING = {
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    55,
    56,
    57,
    255,
    256,
    511,
    512,
    513,
    4096,
    1 << 20,
    1 << 24,
    Integer.MAX_VALUE - 7,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
  };

  private static final int SEGMENTS = 6;
  private static final int BATCHES = 4;

  /** A batch: where it begins, and where its records do; the last of them is the trailer. */
  private record Batch(int at, int[] records) {}

  private final byte[] original;
  private final byte[] changed;
  private final ByteBuffer bytes;
  private final List<Batch> batches = new ArrayList<>();
  private final SegmentSeal seal = new SegmentSeal();

  private SegmentMutator(byte[] segment) {
    original = segment;
    changed = segment.clone();
    bytes = ByteBuffer.wrap(changed);
    int sector = bytes.getInt(SegmentSeal.SECTOR);
    int at = sector;
    while (at < segment.length && segment[at + SegmentSeal.TYPE] == 1) {
      Batch batch = batch(at, sector);
      batches.add(batch);
      at = batch.records[batch.records.length - 1] + sector;
    }
  }

  private Batch batch(int at, int sector) {
    int body = bytes.getInt(at + SegmentSeal.LENGTH);
    int count = (int) bytes.getLong(at + SegmentSeal.INDEX);
    int[] records = new int[count + 2];
    records[0] = at;
    int record = at + SegmentSeal.RECORD_BYTES;
    for (int i = 0; i < count; i++) {
      records[i + 1] = record;
      record += SegmentSeal.recordBytes(bytes.getInt(record + SegmentSeal.LENGTH));
    }
    records[count + 1] = at + (SegmentSeal.RECORD_BYTES + body + sector - 1) / sector * sector;
    return new Batch(at, records);
  }

  /**
   * One for the beginning of each segment of a small log; together they hold all kinds of records.
   */
  static List<SegmentMutator> ofSmallLog() throws IOException {
    SimulatedFileSystem disk = new SimulatedFileSystem();
    Layout layout = new Layout(8 << 10, 512, 1 << 10, 30, List.of(1L, 2L));
    LogStory story = new LogStory(disk, layout, Promises.none(), 5);
    story.open();
    story.bootstrap();
    TreeMap<String, byte[]> segments = new TreeMap<>();
    while (segments.size() <= SEGMENTS) {
      story.writeLog();
      for (String name : disk.list(Layout.DIRECTORY)) {
        if (name.endsWith(".wal")) {
          segments.put(name, disk.bytes(Layout.DIRECTORY.resolve(name)));
        }
      }
    }
    story.wal().close();
    return segments.values().stream()
        .limit(SEGMENTS)
        .map(SegmentMutator::beginning)
        .map(SegmentMutator::new)
        .toList();
  }

  /** The head and a few batches: what comes after them costs time and shows nothing new. */
  private static byte[] beginning(byte[] segment) {
    SegmentMutator whole = new SegmentMutator(segment);
    Batch next = whole.batches.get(Math.min(1 + BATCHES, whole.batches.size() - 1));
    byte[] cut = Arrays.copyOf(segment, next.at);
    ByteBuffer.wrap(cut).putLong(SegmentSeal.FILE_BYTES, next.at);
    whole.seal.seal(cut, 0, false);
    return cut;
  }

  /**
   * A changed segment, until the next one is made.
   *
   * @return the same array each time
   */
  byte[] mutate(Choices choices) {
    System.arraycopy(original, 0, changed, 0, original.length);
    int mutations = 1 + choices.below(4) / 2 + choices.below(8) / 7;
    Batch last = null;
    boolean several = false;
    for (int i = 0; i < mutations; i++) {
      Batch batch = mutateOnce(choices);
      several |= batch == null || last != null && last != batch;
      last = batch;
    }
    if (choices.below(16) != 0) {
      seal.seal(changed, last == null ? 0 : last.at, several);
    }
    return changed;
  }

  /** Returns the batch that was changed, null if it is more than one. */
  private Batch mutateOnce(Choices choices) {
    int kind = choices.below(32);
    if (kind == 0) {
      int[] field = HEADER_FIELDS[choices.below(HEADER_FIELDS.length)];
      put(field[0], field[1], choices);
      return null;
    }
    if (kind == 1) {
      int from = choices.below(changed.length);
      Arrays.fill(changed, from, changed.length, (byte) 0);
      return null;
    }
    Batch batch = batches.get(choices.below(batches.size()));
    int record = batch.records[choices.below(batch.records.length)];
    if (kind < 20) {
      int[] field = RECORD_FIELDS[choices.below(RECORD_FIELDS.length)];
      put(record + field[0], field[1], choices);
    } else if (kind < 28) {
      int payload = record + SegmentSeal.RECORD_BYTES;
      put(
          Math.min(payload + choices.below(120), changed.length - 8),
          1 << choices.below(4),
          choices);
    } else {
      int other = batch.records[choices.below(batch.records.length)];
      int length =
          Math.min(
              SegmentSeal.RECORD_BYTES + 8 * choices.below(8),
              changed.length - Math.max(record, other));
      System.arraycopy(changed, other, changed, record, length);
    }
    return batch;
  }

  private void put(int at, int length, Choices choices) {
    long before = length == 1 ? changed[at] : length <= 4 ? bytes.getInt(at) : bytes.getLong(at);
    long value =
        switch (choices.below(4)) {
          case 0 -> before + choices.below(17) - 8;
          case 1 -> before ^ 1L << choices.below(8 * length);
          case 2 -> TELLING[choices.below(TELLING.length)];
          default -> choices.any();
        };
    switch (length) {
      case 1 -> bytes.put(at, (byte) value);
      case 2 -> bytes.putShort(at, (short) value);
      case 4 -> bytes.putInt(at, (int) value);
      default -> bytes.putLong(at, value);
    }
  }
}
