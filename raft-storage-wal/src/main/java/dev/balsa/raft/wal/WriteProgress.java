// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.model.Persist;
import dev.balsa.raft.spi.GroupWrite;
import java.io.IOException;
import java.util.List;

/**
 * The write that is under way, as a sequence of I/Os: what one has to wait for happens in {@link
 * #advance} alone, one I/O at a time.
 *
 * <p>A group's write is planned when all before it has been done. So what lies ready in memory for
 * the disk is one group's write at most, and not everything that waits.
 *
 * <p>Used by the log worker's thread.
 */
final class WriteProgress {
  private final WalConfig config;
  private final Groups groups;
  private final GroupRecords records;
  private final SegmentWriter writer;
  private final EntryMover mover;
  private final SegmentTable segments;
  private final SegmentUsage usage;
  private final Spares spares;
  private final IoQueue io;

  private List<GroupWrite> writes = List.of();
  private int planned;
  private boolean syncs;
  private boolean flushed = true;
  private long bytesBefore;

  WriteProgress(
      WalConfig config,
      Groups groups,
      GroupRecords records,
      SegmentWriter writer,
      EntryMover mover,
      SegmentTable segments,
      SegmentUsage usage,
      Spares spares,
      IoQueue io) {
    this.config = config;
    this.groups = groups;
    this.records = records;
    this.writer = writer;
    this.mover = mover;
    this.segments = segments;
    this.usage = usage;
    this.spares = spares;
    this.io = io;
  }

  void begin(List<GroupWrite> newWrites) {
    writes = newWrites;
    planned = 0;
    syncs = false;
    flushed = false;
    bytesBefore = writer.plannedBytes();
    for (int i = 0; i < writes.size(); i++) {
      Persist persist = writes.get(i).persist();
      boolean shrinks = persist.reset() != null || persist.compaction() != null;
      syncs |= shrinks || persist.mustSync() || !persist.entries().isEmpty();
    }
  }

  /** Does the next I/O; true if nothing is left to be done. */
  boolean advance() throws IOException {
    plan();
    if (io.isEmpty()) {
      return true;
    }
    io.performNext();
    plan();
    return io.isEmpty();
  }

  /** Goes on with planning until there is something to do to the disk. */
  private void plan() throws IOException {
    while (io.isEmpty() && planned < writes.size()) {
      GroupWrite write = writes.get(planned++);
      GroupLog group = groups.get(write.group());
      if (group == null) {
        throw new WalException("group " + write.group() + " was never bootstrapped");
      }
      records.add(write.group(), group, write.persist(), syncs);
    }
    if (io.isEmpty() && !flushed) {
      flushed = true;
      writes = List.of();
      planned = 0;
      if (syncs) {
        mover.plan(writer.plannedBytes() - bytesBefore);
        writer.flush();
      }
    }
    if (io.isEmpty() && syncs) {
      // Only now: what makes a segment needless is durable.
      mover.onDurable();
      segments.planRemoval(usage, io, spares, config);
    }
  }
}
