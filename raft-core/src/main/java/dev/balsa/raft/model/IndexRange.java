// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

/**
 * A range of log positions, both ends included.
 *
 * @param first the first index, at least 1
 * @param last the last index, at least {@code first - 1}; then the range is empty
 */
public record IndexRange(long first, long last) {
  public IndexRange {
    if (first < 1 || last < first - 1) {
      throw new IllegalArgumentException("not a range: " + first + " to " + last);
    }
  }

  public long size() {
    return last - first + 1;
  }
}
