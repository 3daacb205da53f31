// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.spi.Transport.HandshakeRefusal;

/**
 * The cluster refuses this member's directory for good: it is among the causes with which {@link
 * RaftNode#terminated} ends then.
 */
public final class PeerRefusalException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private final HandshakeRefusal reason;

  PeerRefusalException(HandshakeRefusal reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What the peers have said. */
  public HandshakeRefusal reason() {
    return reason;
  }
}
