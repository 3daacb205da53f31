// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.inspect;

import dev.balsa.raft.model.IndexRange;
import java.nio.file.Path;
import java.util.List;

/**
 * Bytes of a log that are not as they were written.
 *
 * @param file where
 * @param from the first byte in doubt, as an offset in the file
 * @param to the offset of the first byte after it that is intact again, or the length of the file
 * @param position the log position of {@code from}
 * @param reason what is wrong there
 * @param entries the entries that stood there, as far as what surrounds it tells
 */
public record DamagedRange(
    Path file, long from, long to, long position, String reason, List<LostEntries> entries) {

  /** Copies the list. */
  public DamagedRange {
    entries = List.copyOf(entries);
  }

  /**
   * Entries of a group of which no intact copy was found.
   *
   * @param group whose
   * @param indexes which
   */
  public record LostEntries(long group, IndexRange indexes) {}
}
