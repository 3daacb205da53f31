// SPDX-License-Identifier: Apache-2.0
/** A file system in memory that loses what was not synced. */
package dev.balsa.raft.wal.sim;
