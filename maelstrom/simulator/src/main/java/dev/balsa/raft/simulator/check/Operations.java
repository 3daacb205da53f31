// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator.check;

import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * The clients' history, compared with the committed log.
 *
 * <p>The log is one order of all commands. So a history is linearizable if that order agrees with
 * real time: what is called after another operation has ended takes effect behind it in the log
 * (Herlihy and Wing, 1990). For each operation it is enough to know the furthest point in the log
 * that anybody was told of before its call.
 */
public final class Operations {
  private final Verdict verdict;
  private final CommittedLog committed;
  private final TreeMap<ByteBuffer, Count> commands = new TreeMap<>();
  private long told;
  private long acknowledged;
  private long reads;
  private long refused;
  private long unknown;
  private long open;

  /** How often a command was proposed, refused for certain, and acknowledged. */
  private static final class Count {
    private long proposed;
    private long refused;
    private long acknowledged;
    private long applied;
  }

  public Operations(Verdict verdict, CommittedLog committed) {
    this.verdict = verdict;
    this.committed = committed;
  }

  /** An operation that has been called and has not ended. Ends once. */
  public final class Operation {
    private final String name;
    private final long toldBefore = told;
    private final Count count;
    private final byte[] command;
    private boolean ended;

    private Operation(String name, byte[] command) {
      this.name = name;
      this.command = command;
      this.count =
          command == null
              ? null
              : commands.computeIfAbsent(ByteBuffer.wrap(command), key -> new Count());
      open++;
    }

    /** The command was committed at {@code index} and applied. */
    public void acknowledged(long index) {
      end();
      acknowledged++;
      count.acknowledged++;
      Entry entry = committed.entry(index);
      if (entry == null) {
        verdict.violated(Property.OUTCOMES, this + " ended at " + index + ", not committed");
      } else if (entry.type() != EntryType.NORMAL || !Arrays.equals(entry.data(), command)) {
        verdict.violated(Property.OUTCOMES, this + " ended with another's entry " + entry);
      }
      if (index <= toldBefore) {
        verdict.violated(
            Property.LINEARIZABILITY,
            this + " took effect at " + index + ", called when " + toldBefore + " was known");
      }
      told = Math.max(told, index);
    }

    /** The read ran on a state with everything up to {@code index} applied. */
    public void read(long index) {
      end();
      reads++;
      if (index < toldBefore) {
        verdict.violated(
            Property.LINEARIZABILITY,
            this + " saw the state at " + index + ", called when " + toldBefore + " was known");
      }
      told = Math.max(told, index);
    }

    /** It was not and will never be done. */
    public void refused() {
      end();
      refused++;
      if (count != null) {
        count.refused++;
      }
    }

    /** It may have been done, or be done yet. */
    public void unknown() {
      end();
      unknown++;
    }

    public boolean hasEnded() {
      return ended;
    }

    private void end() {
      if (ended) {
        verdict.violated(Property.OUTCOMES, this + " ended twice");
      }
      ended = true;
      open--;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A command is proposed. */
  public Operation propose(String name, byte[] command) {
    Operation operation = new Operation(name, command);
    operation.count.proposed++;
    return operation;
  }

  /** A read is called. */
  public Operation read(String name) {
    return new Operation(name, null);
  }

  /**
   * At the end, with everything applied that will be: no command is there more often than it was
   * proposed, none that was refused, and none that was acknowledged is missing.
   */
  public void checkAgainst(Iterable<byte[]> applied) {
    for (byte[] command : applied) {
      Count count = commands.get(ByteBuffer.wrap(command));
      if (count == null) {
        verdict.violated(Property.OUTCOMES, "a command was applied that nobody proposed");
        return;
      }
      count.applied++;
    }
    for (Count count : commands.values()) {
      if (count.applied < count.acknowledged) {
        verdict.violated(
            Property.DURABILITY,
            "a command acknowledged " + count.acknowledged + "x is there " + count.applied + "x");
      }
      if (count.applied > count.proposed - count.refused) {
        verdict.violated(
            Property.OUTCOMES,
            "a command proposed "
                + count.proposed
                + "x and refused "
                + count.refused
                + "x was applied "
                + count.applied
                + "x");
      }
    }
  }

  /** Commands that were acknowledged. */
  public long acknowledged() {
    return acknowledged;
  }

  /** Reads that were answered. */
  public long reads() {
    return reads;
  }

  /** Operations refused for certain. */
  public long refused() {
    return refused;
  }

  /** Operations that ended without a word on their outcome. */
  public long unknown() {
    return unknown;
  }

  /** Operations that have not ended. */
  public long open() {
    return open;
  }
}
