// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.counter;

import dev.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The replicated state: one number. Every member applies the same commands in the same order, so
 * every member comes to the same number.
 */
final class Counter implements StateMachine<Long> {
  // Written by the apply worker; reads that come by RaftNode.read run there too.
  private long value;

  /** The command "add {@code amount}". A command is whatever bytes apply understands. */
  static byte[] add(long amount) {
    return ByteBuffer.allocate(Long.BYTES).putLong(amount).array();
  }

  long value() {
    return value;
  }

  @Override
  public void apply(Batch<Long> batch) {
    for (int i = 0; i < batch.size(); i++) {
      value += ByteBuffer.wrap(batch.command(i)).getLong();
      batch.result(i, value); // what propose(...) completes with, on the member that proposed it
    }
  }

  @Override
  public Snapshot snapshot() {
    long frozen = value; // written out later, on another thread, while the counter counts on
    return (OutputStream out) -> new DataOutputStream(out).writeLong(frozen);
  }

  @Override
  public void restore(InputStream in) throws IOException {
    value = new DataInputStream(in).readLong();
  }
}
