// SPDX-License-Identifier: Apache-2.0
/** Durable log, hard state and snapshots on disk. */
module dev.balsa.raft.wal {
  requires transitive dev.balsa.raft;
  requires org.slf4j;

  exports dev.balsa.raft.wal;
  exports dev.balsa.raft.wal.fs;
  exports dev.balsa.raft.wal.sim;
}
