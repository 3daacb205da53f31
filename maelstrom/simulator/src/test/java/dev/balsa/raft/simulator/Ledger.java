// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.spi.StateMachine;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.TreeMap;

/** The service of the simulator's own tests: for each client, what it put last and how often. */
class Ledger implements StateMachine<Long> {
  /** The command of a client; no two are equal. */
  static byte[] put(Chance chance, long client, long sequence) {
    int padding = chance.oneIn(20) ? chance.below(3_000) : chance.below(20);
    return ByteBuffer.allocate(2 * Long.BYTES + padding).putLong(client).putLong(sequence).array();
  }

  private final TreeMap<Long, long[]> entries = new TreeMap<>();

  @Override
  public void apply(Batch<Long> batch) {
    for (int i = 0; i < batch.size(); i++) {
      ByteBuffer command = ByteBuffer.wrap(batch.command(i));
      long[] entry = entries.computeIfAbsent(command.getLong(), client -> new long[2]);
      entry[0] = command.getLong();
      entry[1]++;
      batch.result(i, entry[1]);
    }
  }

  @Override
  public Snapshot snapshot() {
    ByteBuffer state = ByteBuffer.allocate(Integer.BYTES + entries.size() * 3 * Long.BYTES);
    state.putInt(entries.size());
    entries.forEach((client, entry) -> state.putLong(client).putLong(entry[0]).putLong(entry[1]));
    return out -> out.write(state.array());
  }

  @Override
  public void restore(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    entries.clear();
    int count = data.readInt();
    for (int i = 0; i < count; i++) {
      entries.put(data.readLong(), new long[] {data.readLong(), data.readLong()});
    }
  }

  /** For a ledger with a bug. */
  final void forgetLast() {
    entries.pollLastEntry();
  }
}
