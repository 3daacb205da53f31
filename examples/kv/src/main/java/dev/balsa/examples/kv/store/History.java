// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

/**
 * The versions of one key, the newest first, as an immutable list.
 *
 * <p>The links are cells of their own and not a field of {@link KeyVersion}: the revision log holds
 * versions too, and would keep every older one alive through them.
 *
 * @param newest the newest version
 * @param older the rest, null if there is none
 */
record History(KeyVersion newest, History older) {
  /** The version that was in force at {@code revision}: perhaps a tombstone, or null for none. */
  KeyVersion at(long revision) {
    for (History cell = this; cell != null; cell = cell.older) {
      if (cell.newest.modRevision() <= revision) {
        return cell.newest;
      }
    }
    return null;
  }

  /**
   * What a compaction at {@code revision} leaves of this history: everything newer, and the version
   * in force at that revision. A tombstone stays only if it was written at exactly that revision,
   * which can still be watched from.
   *
   * @return this very object if nothing goes, null if everything does
   */
  History compacted(long revision) {
    int newer = 0;
    History cell = this;
    while (cell != null && cell.newest.modRevision() > revision) {
      newer++;
      cell = cell.older;
    }
    if (cell == null) {
      return this;
    }
    boolean keep = !cell.newest.isTombstone() || cell.newest.modRevision() == revision;
    if (keep && cell.older == null) {
      return this;
    }
    KeyVersion[] kept = new KeyVersion[newer];
    History source = this;
    for (int i = 0; i < newer; i++) {
      kept[i] = source.newest;
      source = source.older;
    }
    History result = keep ? new History(cell.newest, null) : null;
    for (int i = newer - 1; i >= 0; i--) {
      result = new History(kept[i], result);
    }
    return result;
  }

  /** What all versions occupy, in bytes. */
  long footprint() {
    long bytes = 0;
    for (History cell = this; cell != null; cell = cell.older) {
      bytes += cell.newest.footprint();
    }
    return bytes;
  }
}
