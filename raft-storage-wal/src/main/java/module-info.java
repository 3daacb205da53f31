// SPDX-License-Identifier: Apache-2.0
/** Durable log, hard state and snapshots on disk. */
module dev.balsa.raft.wal {
  requires transitive dev.balsa.raft;
  requires org.slf4j;
  requires static info.picocli;

  exports dev.balsa.raft.wal;
  exports dev.balsa.raft.wal.fs;
  exports dev.balsa.raft.wal.inspect;
  exports dev.balsa.raft.wal.sim;

  opens dev.balsa.raft.wal.tool to
      info.picocli;
}
