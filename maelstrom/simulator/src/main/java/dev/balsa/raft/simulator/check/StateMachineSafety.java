// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.EntryType;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * State Machine Safety: no two members apply different commands at one index (paper, figure 3 and
 * section 5.4.3), and with the same commands applied their states are the same.
 */
public final class StateMachineSafety implements Checker {
  private final Verdict verdict;
  private final CommittedLog committed;
  private final TreeMap<Long, byte[]> commands = new TreeMap<>();
  private final TreeMap<Long, Long> digests = new TreeMap<>();

  /** By member: the last index applied in its present run. */
  private final TreeMap<Long, Long> lastApplied = new TreeMap<>();

  public StateMachineSafety(Verdict verdict, CommittedLog committed) {
    this.verdict = verdict;
    this.committed = committed;
  }

  /** The commands that were applied, by index. */
  public TreeMap<Long, byte[]> commands() {
    return commands;
  }

  @Override
  public void onRecovered(Observed member, MemberLog found) {
    lastApplied.remove(member.id());
  }

  @Override
  public void onRestored(Observed member, long index) {
    // The last command may be the same: what the snapshot adds can be entries that only Raft needs.
    moveTo(member, index, index);
  }

  @Override
  public void onApplied(Observed member, long index, byte[] command) {
    Long previous = lastApplied.get(member.id());
    moveTo(member, index, index - 1);
    Long skipped = commands.lowerKey(index);
    if (previous != null && skipped != null && skipped > previous) {
      verdict.violated(
          Property.STATE_MACHINE_SAFETY,
          member + " applied " + index + " after " + previous + ", without " + skipped);
    }
    byte[] other = commands.putIfAbsent(index, command);
    if (other != null && !Arrays.equals(other, command)) {
      verdict.violated(
          Property.STATE_MACHINE_SAFETY, member + " applied another command at " + index);
    }
    var entry = committed.entry(index);
    if (entry != null
        && (entry.type() != EntryType.NORMAL || !Arrays.equals(entry.data(), command))) {
      verdict.violated(
          Property.STATE_MACHINE_SAFETY, member + " applied what was not committed at " + index);
    }
  }

  private void moveTo(Observed member, long index, long atMostBefore) {
    Long previous = lastApplied.put(member.id(), index);
    if (previous != null && previous > atMostBefore) {
      verdict.violated(
          Property.STATE_MACHINE_SAFETY, member + " applied " + index + " after " + previous);
    }
  }

  @Override
  public void onDigest(Observed member, long index, long digest) {
    Long other = digests.putIfAbsent(index, digest);
    if (other != null && other != digest) {
      verdict.violated(
          Property.STATE_MACHINE_SAFETY,
          member + " has a different state than another member with everything up to " + index);
    }
  }
}
