// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RequestId;

/**
 * The answer to {@link Propose}: all of the payloads were appended in sequence, or none.
 *
 * @param route sender and receiver
 * @param term the answering member's term
 * @param first the name of the first request
 * @param count how many payloads there were
 * @param result the first entry's id, or why nothing was appended
 */
public record ProposeResponse(
    Route route, long term, RequestId first, int count, ProposeResult result) implements Message {
  @Override
  public MessageType type() {
    return MessageType.PROPOSE_RESPONSE;
  }
}
