// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * Names a request of one member so that no answer can be taken for another's: not after a restart,
 * because {@code bootEpoch} differs, and not within one run, because {@code sequence} does.
 *
 * @param bootEpoch how often the data directory has been opened, from 1
 * @param sequence the request's number within that run, from 1
 */
public record RequestId(long bootEpoch, long sequence) {}
