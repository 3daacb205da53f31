// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * An offered snapshot that this member needs: the host fetches its bytes from the offering leader,
 * makes them durable, and calls {@code onSnapshotReceived}, or {@code onSnapshotFailed}.
 *
 * @param from the leader that offers it
 * @param snapshot what is offered
 */
public record SnapshotFetch(MemberId from, SnapshotMetadata snapshot) {}
