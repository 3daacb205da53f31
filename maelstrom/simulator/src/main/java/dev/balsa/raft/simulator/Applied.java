// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

/**
 * A state machine's result, and where in the log its command stands.
 *
 * @param index the command's index
 * @param result the machine's own result, may be null
 */
record Applied<R>(long index, R result) {}
