// SPDX-License-Identifier: Apache-2.0
/**
 * Tries every fault of a kind on small logs: {@link dev.balsa.raft.wal.exhaust.Exhaust} runs them
 * for as long as is wanted, the tests for a few seconds.
 */
package dev.balsa.raft.wal.exhaust;
