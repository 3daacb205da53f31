// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.RequestId;
import java.util.List;

/**
 * A follower forwards proposals to the leader. Never sent twice.
 *
 * @param route sender and receiver
 * @param term the follower's term
 * @param first the name of the first payload's request; the others follow in sequence
 * @param payloads the proposals, in order; at least one. Immutable
 */
public record Propose(Route route, long term, RequestId first, List<byte[]> payloads)
    implements Message {
  @Override
  public MessageType type() {
    return MessageType.PROPOSE;
  }
}
