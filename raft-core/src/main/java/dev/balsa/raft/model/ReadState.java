// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * The outcome of a ReadIndex request (dissertation, section 6.4): a read that runs once the state
 * machine has applied {@code index} is linearizable; or why it failed.
 *
 * @param request the id that was given to {@code readIndex}
 * @param index what must be applied before the read runs; meaningless if refused
 * @param refusal null if confirmed
 */
public record ReadState(RequestId request, long index, Refusal refusal) {}
