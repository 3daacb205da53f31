// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import dev.balsa.raft.spi.GroupWrite;
import dev.balsa.raft.wal.ModelLog;
import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.Workload;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** A log on some disk, what is written to it, and what it has promised. */
final class LogStory {
  private final SimulatedFileSystem disk;
  private final Layout layout;
  private final Random random;
  private final Workload workload;
  private Promises promises;
  private Wal wal;

  LogStory(SimulatedFileSystem disk, Layout layout, Promises promises, long seed) {
    this.disk = disk;
    this.layout = layout;
    this.promises = promises;
    this.random = new Random(seed);
    this.workload = new Workload(random, layout.maxEntryBytes());
  }

  Promises promises() {
    return promises;
  }

  Wal wal() {
    return wal;
  }

  /** Opens the log, made anew if there is none, and looks whether it keeps its promises. */
  void open() throws IOException {
    wal = Wal.openOrFormat(layout.on(disk), 5, 1, new Random(77));
    promises = promises.requireKeptBy(wal, layout.groups());
  }

  /** Begins each group that is not there. */
  void bootstrap() throws IOException {
    for (long id : layout.groups()) {
      if (promises.acknowledged().group(id) == null) {
        ModelLog begun = promises.acknowledged().with(id, ModelLog.fresh(Workload.BEGINNING));
        promises = promises.attempt(List.of(begun));
        wal.bootstrap(id, Workload.BEGINNING);
        promises = promises.acknowledge();
      }
    }
  }

  /** One write, or now and then a snapshot. */
  void write() throws IOException {
    if (random.nextInt(8) == 0) {
      writeSnapshot();
    } else {
      writeLog();
    }
  }

  void writeLog() throws IOException {
    List<GroupWrite> next = workload.next(promises.acknowledged(), layout.groups());
    promises = promises.attempt(promises.acknowledged().after(next));
    wal.write(next);
    promises = promises.acknowledge();
  }

  /** Whether the log takes no writes any more, not even one of nothing. */
  boolean refusesWrites() {
    try {
      wal.write(List.of());
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  void writeSnapshot() throws IOException {
    long group = layout.groups().get(random.nextInt(layout.groups().size()));
    SnapshotKey key = new SnapshotKey(group, 1 + random.nextInt(20));
    if (promises.snapshots().getOrDefault(key, false)) {
      return;
    }
    promises = promises.with(key, false);
    key.writeTo(wal.snapshots(), random.nextBoolean());
    promises = promises.with(key, true);
  }

  /** A whole life: opens, writes so often, and closes. */
  void live(int writes) throws IOException {
    open();
    bootstrap();
    for (int i = 0; i < writes; i++) {
      write();
    }
    wal.close();
  }
}
