// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.zip.CRC32C;

/** The frames on a connection for a snapshot; {@code raft.proto} draws them. */
final class SnapshotFrames {
  /** The most bytes of a snapshot in one chunk that is sent or accepted. */
  static final int MAX_CHUNK_BYTES = 1 << 20;

  /** Offset and checksum. */
  static final int CHUNK_PREFIX_BYTES = 12;

  /** The longest frame from the side that fetches. */
  static final int MAX_REQUEST_BYTES = 256;

  static final int LENGTH_BYTES = 4;

  /** Why a snapshot is not sent. */
  static final int NO_SUCH_SNAPSHOT = 1;

  static final int TOO_MANY_TRANSFERS = 2;

  static final int UNREADABLE = 3;

  /** In place of a chunk: no more will come. */
  static final byte[] CANNOT_GO_ON = {};

  private SnapshotFrames() {}

  static ByteBuf frame(ByteBufAllocator allocator, byte[] message) {
    return allocator
        .buffer(LENGTH_BYTES + message.length)
        .writeInt(message.length)
        .writeBytes(message);
  }

  /** Over the offset too: else a chunk could be taken for another part of the snapshot. */
  static int checksum(long offset, byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    for (int shift = 56; shift >= 0; shift -= 8) {
      crc.update((int) (offset >>> shift));
    }
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  static String text(int refusal) {
    return switch (refusal) {
      case NO_SUCH_SNAPSHOT -> "it has no such snapshot any more";
      case TOO_MANY_TRANSFERS -> "it is sending as many snapshots as it may";
      case UNREADABLE -> "it cannot read its snapshot";
      default -> "code " + Integer.toUnsignedString(refusal);
    };
  }
}
