// SPDX-License-Identifier: Apache-2.0
/** What an inspection of a log tells. */
package dev.balsa.raft.wal.inspect;
