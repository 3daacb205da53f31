// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

/**
 * What opening the log would do.
 *
 * @param opens whether it would open
 * @param trimmedBytes how much of a write that a crash cut short it would remove
 * @param refusal why it would not open, and the remedy; empty if it would
 */
public record StartForecast(boolean opens, long trimmedBytes, String refusal) {}
