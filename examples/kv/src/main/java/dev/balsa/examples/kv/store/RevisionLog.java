// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.Arrays;
import java.util.List;

/**
 * Every write since the last compaction, in order of revision: what watches are served from, and
 * what compaction walks. One log is shared by all its readers.
 *
 * <p>A view of an append-only array in chunks. The writer fills slots beyond the end of every view
 * that was handed out, so views need neither copies nor locks; a state that is published safely
 * publishes the slots within its view.
 *
 * <p><b>Threads.</b> Reading: any. {@link #append} and {@link #startingAt}: the writer, and only on
 * the newest view; two continuations of one view would overwrite each other.
 */
public final class RevisionLog {
  private static final int CHUNK = 1024;

  static final RevisionLog EMPTY = new RevisionLog(new KeyVersion[0][], 0, 0);

  private final KeyVersion[][] chunks;

  /** Slots counted from the first chunk's start. Invariant: {@code start <= end}. */
  private final int start;

  private final int end;

  private RevisionLog(KeyVersion[][] chunks, int start, int end) {
    this.chunks = chunks;
    this.start = start;
    this.end = end;
  }

  /** How many writes are in it. */
  public int size() {
    return end - start;
  }

  /** The write at {@code position}, from 0. */
  public KeyVersion get(int position) {
    int slot = start + position;
    if (position < 0 || slot >= end) {
      throw new IndexOutOfBoundsException(position);
    }
    return chunks[slot / CHUNK][slot % CHUNK];
  }

  /** The position of the first write whose revision is at least this one; the size if none is. */
  public int positionOf(long revision) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (get(middle).modRevision() < revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** This log with these writes behind it. */
  RevisionLog append(List<KeyVersion> writes) {
    KeyVersion[][] grown = chunks;
    int slot = end;
    for (KeyVersion write : writes) {
      if (slot == grown.length * CHUNK) {
        grown = Arrays.copyOf(grown, grown.length + 1);
        grown[grown.length - 1] = new KeyVersion[CHUNK];
      }
      grown[slot / CHUNK][slot % CHUNK] = write;
      slot++;
    }
    return new RevisionLog(grown, start, slot);
  }

  /** This log without what is older than {@code revision}. */
  RevisionLog startingAt(long revision) {
    int first = start + positionOf(revision);
    int dropped = first / CHUNK;
    return new RevisionLog(
        Arrays.copyOfRange(chunks, dropped, chunks.length),
        first - dropped * CHUNK,
        end - dropped * CHUNK);
  }
}
