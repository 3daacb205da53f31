// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

/**
 * What tells this use of this segment file from every other.
 *
 * @param epoch how often the file has been used
 * @param mask folded into the checksum of every record's header
 */
record SegmentKey(int epoch, int mask) {
  static SegmentKey of(long incarnation, long segment, int epoch) {
    long mixed = Checksums.mix(Checksums.mix(incarnation + segment) ^ epoch);
    return new SegmentKey(epoch, (int) (mixed >>> 16));
  }
}
