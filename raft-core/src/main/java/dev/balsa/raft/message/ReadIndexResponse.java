// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;

/**
 * The answer to {@link ReadIndex}.
 *
 * @param route sender and receiver
 * @param term the answering member's term
 * @param request the request that is answered
 * @param index what must be applied before the read runs; meaningless if refused
 * @param refusal why there is no index, null if there is one
 */
public record ReadIndexResponse(
    Route route, long term, RequestId request, long index, Refusal refusal) implements Message {
  @Override
  public MessageType type() {
    return MessageType.READ_INDEX_RESPONSE;
  }
}
