// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.file.Path;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** What a power cut leaves of what was not synced. What was synced stays in all of them. */
public enum CrashMode {
  /** Nothing. */
  LOSE_ALL,
  /**
   * Everything, but as unsynced as it was: the process died and the machine lived on. A later power
   * cut may still take it.
   */
  KEEP_ALL,
  /** In each file what was written first, up to some sector; of the names, the first changes. */
  KEEP_PREFIX,
  /** Any sectors and any changes of names, in no order. */
  KEEP_SUBSET,
  /** Any sectors, and of some only the first bytes. */
  TEAR_SECTORS;

  /** What a single power cut of this kind leaves. */
  public Survivors survivors(RandomGenerator random) {
    return switch (this) {
      case LOSE_ALL -> change -> 0;
      case KEEP_ALL -> UnsyncedChange::bytes;
      case KEEP_PREFIX -> prefixes(random);
      case KEEP_SUBSET -> change -> random.nextBoolean() ? change.bytes() : 0;
      case TEAR_SECTORS ->
          change ->
              switch (random.nextInt(3)) {
                case 0 -> 0;
                case 1 -> change.bytes();
                default -> random.nextInt(change.bytes() + 1);
              };
    };
  }

  private static Survivors prefixes(RandomGenerator random) {
    TreeSet<Path> ended = new TreeSet<>();
    return change -> {
      if (random.nextInt(4) == 0) {
        ended.add(change.path());
      }
      return ended.contains(change.path()) ? 0 : change.bytes();
    };
  }
}
