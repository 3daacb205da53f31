// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * The leader's answer to forwarded proposals.
 *
 * @param first the request id of the first of them; the others follow in sequence
 * @param count how many they were
 * @param result where they were appended, or why not
 */
public record ForwardState(RequestId first, int count, ProposeResult result) {}
