// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.Arrays;

/**
 * Some keys in unsigned lexicographic order. Immutable by contract.
 *
 * @param from the first key
 * @param to the first key that no longer belongs to the range, null if it has no end
 */
public record KeyRange(byte[] from, byte[] to) {
  /** The range that holds {@code key} alone. */
  public static KeyRange single(byte[] key) {
    // Nothing lies between a key and the same key with a zero byte appended.
    return new KeyRange(key, Arrays.copyOf(key, key.length + 1));
  }

  public boolean contains(byte[] key) {
    return Arrays.compareUnsigned(from, key) <= 0
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  /** Whether no key can be in it. */
  public boolean isEmpty() {
    return to != null && Arrays.compareUnsigned(from, to) >= 0;
  }
}
