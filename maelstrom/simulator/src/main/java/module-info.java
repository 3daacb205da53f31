// SPDX-License-Identifier: Apache-2.0

/** The deterministic world: virtual time, network and disks in one thread. */
module dev.balsa.raft.simulator {
  requires transitive dev.balsa.raft;
  requires dev.balsa.raft.netty;
  requires dev.balsa.raft.wal;

  exports dev.balsa.raft.simulator;
}
