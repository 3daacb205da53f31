// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.MessageCodec.Envelope;
import dev.balsa.raft.testkit.Peer;
import java.io.EOFException;
import org.junit.jupiter.api.Test;

/** What a codec hands out, and how it says that there is nothing to hand out. */
class MessageTest {
  /** The same words in two groups are two messages: terms of one say nothing in another. */
  @Test
  void aFrameIsKnownByItsGroupAndItsMessage() {
    Message message = Peer.of(2, 1).saysTimeoutNow(3);
    assertThat(message.from()).isEqualTo(2);
    assertThat(message.to()).isEqualTo(1);
    assertThat(new Envelope(7, message))
        .isEqualTo(new Envelope(7, Peer.of(2, 1).saysTimeoutNow(3)))
        .isNotEqualTo(new Envelope(8, message))
        .isNotEqualTo(new Envelope(7, Peer.of(2, 1).saysTimeoutNow(4)));
  }

  @Test
  void damageIsToldWithItsCause() {
    EOFException end = new EOFException("the end");
    assertThat(new MalformedMessageException("too short", end))
        .hasMessage("too short")
        .hasCause(end);
    assertThat(new MalformedMessageException("no such version"))
        .hasMessage("no such version")
        .hasNoCause();
  }
}
