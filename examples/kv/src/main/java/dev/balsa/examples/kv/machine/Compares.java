// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import dev.balsa.examples.kv.proto.Compare;
import dev.balsa.examples.kv.store.KeyVersion;
import dev.balsa.examples.kv.store.State;
import java.util.Arrays;
import java.util.List;

/** Decides the condition of a transaction. */
final class Compares {
  private Compares() {}

  /** Whether all of them hold. */
  static boolean hold(List<Compare> compares, State state) {
    for (Compare compare : compares) {
      if (!holds(compare, state)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it holds for every key of its range; if there is none, for one that is not there. */
  private static boolean holds(Compare compare, State state) {
    if (compare.getRangeEnd().isEmpty()) {
      return holdsFor(state.get(compare.getKey().toByteArray(), state.revision()), compare);
    }
    boolean[] found = new boolean[1];
    boolean[] holds = {true};
    state.scan(
        Keys.range(compare.getKey(), compare.getRangeEnd()),
        state.revision(),
        version -> {
          found[0] = true;
          holds[0] = holdsFor(version, compare);
          return holds[0];
        });
    return found[0] ? holds[0] : holdsFor(null, compare);
  }

  private static boolean holdsFor(KeyVersion version, Compare compare) {
    boolean exists = version != null;
    return switch (compare.getTarget()) {
      case VERSION -> agrees(compare, exists ? version.version() : 0, compare.getVersion());
      case CREATE ->
          agrees(compare, exists ? version.createRevision() : 0, compare.getCreateRevision());
      case MOD -> agrees(compare, exists ? version.modRevision() : 0, compare.getModRevision());
      case LEASE -> agrees(compare, exists ? version.lease() : 0, compare.getLease());
      case VALUE ->
          // A key that is not there has no value: it is not even unequal to anything.
          exists
              && agrees(
                  compare,
                  Arrays.compareUnsigned(version.value(), compare.getValue().toByteArray()));
      case UNRECOGNIZED -> false;
    };
  }

  private static boolean agrees(Compare compare, long actual, long expected) {
    return agrees(compare, Long.compare(actual, expected));
  }

  private static boolean agrees(Compare compare, int order) {
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case UNRECOGNIZED -> false;
    };
  }
}
