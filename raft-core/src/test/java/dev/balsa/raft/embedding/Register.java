// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.embedding;

import dev.balsa.raft.spi.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A replicated text: a command replaces it, and results in what was there before. */
final class Register implements StateMachine<String> {
  private String value = "";

  static byte[] write(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  String value() {
    return value;
  }

  @Override
  public void apply(Batch<String> batch) {
    for (int i = 0; i < batch.size(); i++) {
      batch.result(i, value);
      value = new String(batch.command(i), StandardCharsets.UTF_8);
    }
  }

  @Override
  public Snapshot snapshot() {
    String frozen = value; // written out later, on another thread
    return out -> out.write(frozen.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void restore(InputStream in) throws IOException {
    value = new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}
