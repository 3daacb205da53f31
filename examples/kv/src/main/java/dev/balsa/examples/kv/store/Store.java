// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * The store as it moves on from state to state.
 *
 * <p><b>Threads.</b> {@link #state} may be called by any thread and never waits. {@link #write},
 * {@link #trim} and {@link #restore} exclude each other.
 *
 * <p>Everything here is deterministic: the same writes make the same revisions on every member.
 * Only when space is really freed differs, and nobody can see that.
 */
public final class Store {
  private volatile State state = State.EMPTY;
  private Writer writer = new Writer(State.EMPTY);

  /** The state after the last {@link #write}. */
  public State state() {
    return state;
  }

  /**
   * Runs a batch of transactions and then shows the new state to readers. Should {@code changes}
   * throw, the store must not be used any more.
   */
  public synchronized void write(Consumer<Writer> changes) {
    changes.accept(writer);
    state = writer.publish();
  }

  /**
   * Frees what compactions have given up, a step of it: compaction itself takes no time, and its
   * cleaning never holds up writes for long.
   *
   * @param maxWrites how many entries of the log to look at
   * @return whether there is more to do
   */
  public synchronized boolean trim(int maxWrites) {
    boolean more = writer.trim(maxWrites);
    state = writer.publish();
    return more;
  }

  /**
   * Replaces everything by what {@link State#writeTo} has written.
   *
   * @throws IOException if it is something else; the store is then as it was
   */
  public synchronized void restore(DataInputStream in) throws IOException {
    State restored = StateCodec.read(in);
    writer = new Writer(restored);
    state = restored;
  }
}
