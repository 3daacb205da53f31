// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.explorer;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.testkit.LogImage;
import dev.balsa.raft.testkit.SafetyViolation;
import java.util.Arrays;
import java.util.Map;

/**
 * A member's log with what its snapshot stands for: every entry from the first one on is known, if
 * only by its code, so that logs are compared as if nothing had ever been compacted.
 */
final class FullLog {
  private final LogImage image;

  /** The codes of what is no longer in the log. */
  private long[] below = {};

  FullLog(LogImage image) {
    this.image = image;
  }

  FullLog copy() {
    FullLog copy = new FullLog(image.copy());
    copy.below = below;
    return copy;
  }

  /** What a log engine would have. */
  LogImage image() {
    return image;
  }

  /** The codes of what is no longer in the log. Not to be changed. */
  long[] below() {
    return below;
  }

  /** The codes of all entries, the first one's at 0. */
  long[] codes() {
    long[] codes = Arrays.copyOf(below, below.length + image.entries().size());
    for (int i = below.length; i < codes.length; i++) {
      codes[i] = Member.codeOf(image.entries().get(i - below.length));
    }
    return codes;
  }

  /** Follows one write. {@code files} has the snapshots that the member holds. */
  void write(Persist persist, Map<EntryId, long[]> files) {
    if (persist.reset() != null) {
      below = contentOf(persist.reset().id(), files);
    }
    image.write(
        new Persist(
            persist.reset(), persist.entries(), persist.hardState(), null, persist.mustSync()));
    if (persist.compaction() != null) {
      contentOf(persist.compaction().snapshot().id(), files);
      long[] all = codes();
      image.write(
          new Persist(null, persist.entries().subList(0, 0), null, persist.compaction(), false));
      below = Arrays.copyOf(all, (int) image.firstIndex() - 1);
    }
  }

  private static long[] contentOf(EntryId snapshot, Map<EntryId, long[]> files) {
    long[] content = files.get(snapshot);
    if (content == null) {
      throw new SafetyViolation("Durability: the log begins with a missing file " + snapshot);
    }
    return content;
  }
}
