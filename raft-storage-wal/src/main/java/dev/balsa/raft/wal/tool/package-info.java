// SPDX-License-Identifier: Apache-2.0
/** The command line {@code wal}. */
package dev.balsa.raft.wal.tool;
