// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.spi.StateMachine;
import java.util.List;
import java.util.Objects;

/**
 * The commands among a run of committed entries, and their results.
 *
 * @param <R> the results' type
 */
final class CommandBatch<R> implements StateMachine.Batch<R> {
  private final List<Entry> entries;
  private final Proposal<R>[] awaited;
  private final int size;

  /** Where the commands are among the entries; null if each entry is one. */
  private final int[] offsets;

  private Object[] results;

  /**
   * @param entries ascending and without gaps
   * @param awaited who waits for which of them; null if nobody does
   */
  CommandBatch(List<Entry> entries, Proposal<R>[] awaited) {
    this.entries = entries;
    this.awaited = awaited;
    int commands = 0;
    for (int i = 0; i < entries.size(); i++) {
      commands += isCommand(i) ? 1 : 0;
    }
    this.size = commands;
    this.offsets = commands == entries.size() ? null : offsets(commands);
  }

  private boolean isCommand(int offset) {
    return entries.get(offset).type() == EntryType.NORMAL;
  }

  private int[] offsets(int commands) {
    int[] found = new int[commands];
    int position = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (isCommand(i)) {
        found[position++] = i;
      }
    }
    return found;
  }

  private int offset(int position) {
    return offsets == null ? position : offsets[position];
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long index(int position) {
    return entries.get(offset(position)).index();
  }

  @Override
  public byte[] command(int position) {
    return entries.get(offset(position)).data();
  }

  @Override
  public boolean isAwaited(int position) {
    int offset = offset(Objects.checkIndex(position, size));
    return awaited != null && awaited[offset] != null;
  }

  @Override
  public void result(int position, R result) {
    if (!isAwaited(position)) {
      return;
    }
    if (results == null) {
      results = new Object[entries.size()];
    }
    results[offset(position)] = result;
  }

  /** Everything is applied: tells those who wait. */
  @SuppressWarnings("unchecked")
  void succeed() {
    if (awaited == null) {
      return;
    }
    for (int i = 0; i < awaited.length; i++) {
      if (awaited[i] != null) {
        awaited[i].succeed(results == null ? null : (R) results[i]);
      }
    }
  }

  /** Nobody knows how much of it was applied. */
  void endUnknown(String why) {
    if (awaited == null) {
      return;
    }
    for (Proposal<R> proposal : awaited) {
      if (proposal != null) {
        proposal.endUnknown(why);
      }
    }
  }
}
