// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.message;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Turns messages into bytes and back. Implementations have no state and may be used by any thread.
 */
public interface MessageCodec {
  /** A message and the group that it belongs to: what one frame carries. */
  record Envelope(long group, Message message) {}

  /**
   * The frame of this message as buffers to be written one after the other. The payloads of entries
   * are not copied: their buffers wrap the entries' own arrays.
   */
  List<ByteBuffer> encode(long group, Message message);

  /**
   * Reads one whole frame. The payloads of entries are copied out of {@code frame}, which may be
   * reused afterwards; the checksum of each is verified.
   *
   * @throws MalformedMessageException if these bytes are not a message of a known version, or are
   *     damaged
   */
  Envelope decode(ByteBuffer frame) throws MalformedMessageException;
}
