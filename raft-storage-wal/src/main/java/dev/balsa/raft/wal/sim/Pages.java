// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes in pages, which copies share until one of them writes: a copy costs a pointer a page. Pages
 * of zeros take no room.
 *
 * <p>Invariant: what lies beyond {@code size} in the last page is zero.
 */
final class Pages {
  private static final int PAGE_BYTES = 4096;
  private static final byte[] ZEROS = new byte[PAGE_BYTES];

  /** Null stands for zeros. */
  private byte[][] pages = new byte[2][];

  /** Which pages no copy shares. */
  private boolean[] own = new boolean[2];

  private int size;

  int size() {
    return size;
  }

  Pages copy() {
    Pages copy = new Pages();
    copy.pages = pages.clone();
    copy.own = new boolean[own.length];
    copy.size = size;
    Arrays.fill(own, false);
    return copy;
  }

  byte[] toArray() {
    byte[] all = new byte[size];
    read(ByteBuffer.wrap(all), 0);
    return all;
  }

  /** Reads as much as {@code target} has room for; there must be as much. */
  void read(ByteBuffer target, int position) {
    int at = position;
    while (target.hasRemaining()) {
      byte[] page = pages[at / PAGE_BYTES];
      int offset = at % PAGE_BYTES;
      int count = Math.min(PAGE_BYTES - offset, target.remaining());
      target.put(page == null ? ZEROS : page, offset, count);
      at += count;
    }
  }

  void write(byte[] bytes, int from, int position, int length) {
    reserve(position + length);
    int done = 0;
    while (done < length) {
      int at = position + done;
      int offset = at % PAGE_BYTES;
      int count = Math.min(PAGE_BYTES - offset, length - done);
      if (pages[at / PAGE_BYTES] != null || !isZero(bytes, from + done, count)) {
        System.arraycopy(bytes, from + done, writable(at / PAGE_BYTES), offset, count);
      }
      done += count;
    }
    size = Math.max(size, position + length);
  }

  private static boolean isZero(byte[] bytes, int from, int count) {
    return Arrays.equals(bytes, from, from + count, ZEROS, 0, count);
  }

  private void reserve(int bytes) {
    int needed = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    if (needed > pages.length) {
      int length = Math.max(needed, 2 * pages.length);
      pages = Arrays.copyOf(pages, length);
      own = Arrays.copyOf(own, length);
    }
  }

  private byte[] writable(int number) {
    if (!own[number]) {
      byte[] shared = pages[number];
      pages[number] = shared == null ? new byte[PAGE_BYTES] : shared.clone();
      own[number] = true;
    }
    return pages[number];
  }

  void truncate(int newSize) {
    if (newSize >= size) {
      return;
    }
    int kept = newSize / PAGE_BYTES;
    int offset = newSize % PAGE_BYTES;
    if (offset > 0 && pages[kept] != null) {
      Arrays.fill(writable(kept), offset, PAGE_BYTES, (byte) 0);
    }
    int whole = offset > 0 ? kept + 1 : kept;
    Arrays.fill(pages, whole, pages.length, null);
    Arrays.fill(own, whole, own.length, false);
    size = newSize;
  }

  void flipBit(long bit) {
    int at = (int) (bit >> 3);
    if (at < size) {
      writable(at / PAGE_BYTES)[at % PAGE_BYTES] ^= (byte) (1 << (bit & 7));
    }
  }
}
