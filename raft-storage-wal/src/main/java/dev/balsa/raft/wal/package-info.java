// SPDX-License-Identifier: Apache-2.0
/** The write-ahead log: {@link dev.balsa.raft.wal.Wal} and what it is told. */
package dev.balsa.raft.wal;
