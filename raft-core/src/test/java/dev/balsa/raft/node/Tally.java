// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.spi.StateMachine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A state machine that remembers every command, and answers each with how many it has seen. */
final class Tally implements StateMachine<Integer> {
  private final List<String> commands = new ArrayList<>();

  /** What makes {@link #apply} throw, null for nothing. */
  String poison;

  int restores;

  static byte[] command(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  List<String> commands() {
    return commands;
  }

  @Override
  public void apply(Batch<Integer> batch) {
    for (int i = 0; i < batch.size(); i++) {
      String command = new String(batch.command(i), StandardCharsets.UTF_8);
      if (command.equals(poison)) {
        throw new IllegalArgumentException("poisoned by " + command);
      }
      commands.add(command);
      if (batch.isAwaited(i)) {
        batch.result(i, commands.size());
      }
    }
  }

  @Override
  public Snapshot snapshot() {
    String all = String.join("\n", commands);
    return out -> write(out, all);
  }

  private static void write(OutputStream out, String all) throws IOException {
    out.write(all.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void restore(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    in.transferTo(bytes);
    commands.clear();
    commands.addAll(List.of(bytes.toString(StandardCharsets.UTF_8).split("\n")));
    restores++;
  }
}
