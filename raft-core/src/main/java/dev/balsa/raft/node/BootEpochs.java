// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.MemberId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often each peer's directory had been started when it connected last. Each start counts one
 * up, durably, before the member speaks; so one that comes with a lower number runs on an older
 * copy of its directory.
 *
 * <p>Kept in memory only: a host that starts anew has seen nobody yet. Those who have not connected
 * for longest are forgotten first, so that strangers with ever new ids do not fill the memory.
 *
 * <p><b>Threads.</b> Any.
 */
final class BootEpochs {
  /** Many times the members that all groups of a host have. */
  static final int MAX_REMEMBERED = 16_384;

  private final Map<MemberId, Long> seen = new LinkedHashMap<>(16, 0.75f, true);

  /** Takes note of a start of this directory; returns the highest one seen, this included. */
  synchronized long highest(MemberId from, long bootEpoch) {
    long highest = seen.merge(from, bootEpoch, Math::max);
    if (seen.size() > MAX_REMEMBERED) {
      seen.remove(seen.keySet().iterator().next());
    }
    return highest;
  }
}
