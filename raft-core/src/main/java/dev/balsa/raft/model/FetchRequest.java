// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * A request for entries that are no longer in memory. The host reads them off the loop and answers
 * with {@code onFetched}.
 *
 * @param consumer the peer that they are for, or 0 for the state machine
 * @param range the indices wanted
 * @param maxBytes where to stop, by {@link Entry#bytes()}; at least one entry is returned
 */
public record FetchRequest(long consumer, IndexRange range, int maxBytes) {}
