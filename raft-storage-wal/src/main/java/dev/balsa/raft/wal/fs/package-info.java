// SPDX-License-Identifier: Apache-2.0
/** The one door to files: what the log asks of a file system, and the real one. */
package dev.balsa.raft.wal.fs;
