// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.store.KeyRange;

/** Keys and ranges as they stand in requests. */
final class Keys {
  private Keys() {}

  /**
   * The range that {@code key} and {@code rangeEnd} mean: the key alone without an end, everything
   * from the key on if the end is one zero byte.
   */
  static KeyRange range(ByteString key, ByteString rangeEnd) {
    if (rangeEnd.isEmpty()) {
      return KeyRange.single(key.toByteArray());
    }
    boolean open = rangeEnd.size() == 1 && rangeEnd.byteAt(0) == 0;
    return new KeyRange(key.toByteArray(), open ? null : rangeEnd.toByteArray());
  }
}
