// SPDX-License-Identifier: Apache-2.0
/**
 * A file system in memory that does what disks do on bad days, for tests of what is built on the
 * log: begin with {@link dev.balsa.raft.wal.sim.SimulatedFileSystem}.
 */
package dev.balsa.raft.wal.sim;
