// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

/** The frames on a connection for a snapshot; {@code raft.proto} draws them. */
final class SnapshotFrames {
  /** The most bytes of a snapshot in one chunk that is sent or accepted. */
  static final int MAX_CHUNK_BYTES = 1 << 20;

  private SnapshotFrames() {}
}
