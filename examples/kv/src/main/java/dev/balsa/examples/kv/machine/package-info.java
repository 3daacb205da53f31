// SPDX-License-Identifier: Apache-2.0

/**
 * The replicated state machine: requests as commands, applied to the store in log order, each with
 * its result.
 *
 * <p>Deterministic, and ignorant of who asks over which network: it knows the messages of the API,
 * and answers with plain values.
 */
package dev.balsa.examples.kv.machine;
