// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The replicated state machine: the user's service. Every member applies the same commands in the
 * same order, so it must be deterministic: no clock, no chance, no identity hash.
 *
 * <p><b>Threads.</b> {@link #apply}, {@link #snapshot} and {@link #restore} are called by one
 * thread at a time, the group's apply worker. A {@link Snapshot} is written by another.
 *
 * @param <R> what applying a command results in, on the member where it was proposed
 */
public interface StateMachine<R> {
  /**
   * Applies committed commands. An exception stops the node, and no other group of its host: a
   * state machine that cannot apply what is committed must not go on.
   */
  void apply(Batch<R> batch);

  /**
   * An unchanging view of the state after the last applied batch. Cheap: it must not copy the state
   * or stop the world; {@link Snapshot#writeTo} does the work on another thread, while further
   * batches are applied.
   */
  Snapshot snapshot();

  /**
   * Replaces the state by a snapshot's.
   *
   * @throws IOException if these bytes are not a snapshot of this machine. The node stops
   */
  void restore(InputStream in) throws IOException;

  /** A state to be written out. */
  interface Snapshot {
    /** Writes the state; called once, off the apply thread. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * A run of committed commands, in log order. Entries that Raft itself needs are not among them.
   *
   * @param <R> the results' type
   */
  interface Batch<R> {
    /** How many commands there are, at least 1. */
    int size();

    /**
     * The log index of the command at {@code position}, from 0; ascending, not always without gaps.
     */
    long index(int position);

    /** The bytes of the command at {@code position}; not to be changed. */
    byte[] command(int position);

    /** Whether somebody on this member waits for the result at {@code position}. */
    boolean isAwaited(int position);

    /** States the result of the command at {@code position}; may be left out, and is then null. */
    void result(int position, R result);
  }
}
