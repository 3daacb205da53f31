// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One file of a {@link SimulatedFileSystem}: what is on the disk, what is in the cache, and the
 * writes between the two.
 */
final class SimulatedFile {
  /** A write, or with null bytes a truncation to {@code position}. */
  private record Write(long position, byte[] bytes) {}

  private byte[] durable = new byte[0];
  private int durableSize;
  private byte[] live = new byte[0];
  private int liveSize;
  private final List<Write> pending = new ArrayList<>();

  int size() {
    return liveSize;
  }

  byte[] live() {
    return Arrays.copyOf(live, liveSize);
  }

  long pendingBytes() {
    return pending.stream().mapToLong(write -> write.bytes == null ? 0 : write.bytes.length).sum();
  }

  int read(ByteBuffer target, long position) {
    if (position >= liveSize) {
      return -1;
    }
    int count = (int) Math.min(target.remaining(), liveSize - position);
    target.put(live, (int) position, count);
    return count;
  }

  void write(byte[] bytes, long position) {
    writeLive(bytes, Math.toIntExact(position), bytes.length);
    pending.add(new Write(position, bytes));
  }

  void truncate(long size) {
    if (size < liveSize) {
      Arrays.fill(live, (int) size, liveSize, (byte) 0);
      liveSize = (int) size;
    }
    pending.add(new Write(size, null));
  }

  void force() {
    for (Write write : pending) {
      if (write.bytes == null) {
        truncateDurable((int) write.position);
      } else {
        writeDurable(write.bytes, 0, (int) write.position, write.bytes.length);
      }
    }
    pending.clear();
  }

  void crash(CrashMode mode, RandomGenerator random, int sectorBytes) {
    boolean stopped = false;
    for (Write write : pending) {
      if (write.bytes == null) {
        if (mode != CrashMode.LOSE_ALL && random.nextBoolean()) {
          truncateDurable((int) write.position);
        }
        continue;
      }
      int from = 0;
      while (from < write.bytes.length) {
        int position = (int) write.position + from;
        int inSector = sectorBytes - position % sectorBytes;
        int length = Math.min(inSector, write.bytes.length - from);
        stopped |= mode == CrashMode.KEEP_PREFIX && random.nextInt(4) == 0;
        int kept = stopped ? 0 : kept(mode, random, length);
        if (kept > 0) {
          writeDurable(write.bytes, from, position, kept);
        }
        from += length;
      }
    }
    pending.clear();
    live = durable.clone();
    liveSize = durableSize;
  }

  private static int kept(CrashMode mode, RandomGenerator random, int length) {
    return switch (mode) {
      case LOSE_ALL, KEEP_ALL -> 0;
      case KEEP_PREFIX -> length;
      case KEEP_SUBSET -> random.nextBoolean() ? length : 0;
      case TEAR_SECTORS ->
          switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> length;
            default -> random.nextInt(length + 1);
          };
    };
  }

  private void writeLive(byte[] bytes, int position, int length) {
    live = withRoom(live, position + length);
    System.arraycopy(bytes, 0, live, position, length);
    liveSize = Math.max(liveSize, position + length);
  }

  private void writeDurable(byte[] bytes, int from, int position, int length) {
    durable = withRoom(durable, position + length);
    System.arraycopy(bytes, from, durable, position, length);
    durableSize = Math.max(durableSize, position + length);
  }

  private void truncateDurable(int size) {
    if (size < durableSize) {
      Arrays.fill(durable, size, durableSize, (byte) 0);
      durableSize = size;
    }
  }

  private static byte[] withRoom(byte[] bytes, int length) {
    return length <= bytes.length
        ? bytes
        : Arrays.copyOf(bytes, Math.max(length, bytes.length * 2));
  }

  void flipBit(long bit) {
    live[(int) (bit >> 3)] ^= (byte) (1 << (bit & 7));
    if (bit >> 3 < durableSize) {
      durable[(int) (bit >> 3)] ^= (byte) (1 << (bit & 7));
    }
  }

  void replace(byte[] content) {
    pending.clear();
    live = content.clone();
    liveSize = content.length;
    durable = content.clone();
    durableSize = content.length;
  }

  SimulatedFile copy() {
    SimulatedFile copy = new SimulatedFile();
    copy.durable = durable.clone();
    copy.durableSize = durableSize;
    copy.live = live.clone();
    copy.liveSize = liveSize;
    copy.pending.addAll(pending);
    return copy;
  }
}
