// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import java.util.ArrayList;
import java.util.List;

/**
 * A script's text, taken apart.
 *
 * <pre>
 *   # What must be seen: the first line, in one sentence or more.
 *
 *   # Any number of remarks.
 *   command argument key=value
 *   ----
 *   expected output
 * </pre>
 *
 * <p>A block is one command or more, the line {@code ----}, and the output up to a blank line.
 *
 * @param file its name, for messages
 * @param blocks in order
 */
record Script(String file, List<Block> blocks) {
  static final String DIVIDER = "----";

  /** Words that the first line has at least: less says nothing that a reader could check. */
  private static final int MIN_WORDS_OF_PURPOSE = 6;

  /**
   * Commands and their output.
   *
   * @param lead the lines above the commands, kept as they are when the output is rewritten
   * @param commands at least one
   * @param expected the output
   */
  record Block(List<String> lead, List<Command> commands, List<String> expected) {}

  /** Takes this text apart. */
  static Script parse(String file, List<String> lines) {
    requirePurpose(file, lines);
    List<Block> blocks = new ArrayList<>();
    List<String> lead = new ArrayList<>();
    int at = 0;
    while (at < lines.size()) {
      String line = lines.get(at);
      if (line.isBlank() || line.startsWith("#")) {
        lead.add(line);
        at++;
        continue;
      }
      int first = at;
      List<Command> commands = new ArrayList<>();
      while (at < lines.size() && !lines.get(at).equals(DIVIDER)) {
        if (lines.get(at).isBlank() || lines.get(at).startsWith("#")) {
          break;
        }
        commands.add(Command.parse(file, at + 1, lines.get(at)));
        at++;
      }
      if (at == lines.size() || !lines.get(at).equals(DIVIDER)) {
        throw new ScriptError(file, first + 1, "no " + DIVIDER + " after these commands");
      }
      at++;
      List<String> expected = new ArrayList<>();
      while (at < lines.size() && !lines.get(at).isBlank()) {
        expected.add(lines.get(at++));
      }
      blocks.add(new Block(lead, commands, expected));
      lead = new ArrayList<>();
    }
    if (blocks.isEmpty()) {
      throw new ScriptError(file, lines.size(), "no commands");
    }
    return new Script(file, blocks);
  }

  private static void requirePurpose(String file, List<String> lines) {
    String first = lines.isEmpty() ? "" : lines.get(0);
    int words = first.startsWith("# ") ? first.substring(2).trim().split("\\s+").length : 0;
    if (words < MIN_WORDS_OF_PURPOSE) {
      throw new ScriptError(file, 1, "the first line must say what must be seen: '# ...'");
    }
  }

  /** The text with other output; everything else stays as it is. */
  List<String> withOutput(List<List<String>> outputs) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      text.addAll(blocks.get(i).lead());
      blocks.get(i).commands().forEach(command -> text.add(command.text()));
      text.add(DIVIDER);
      text.addAll(outputs.get(i));
      boolean isLast = i == blocks.size() - 1;
      boolean separated = !isLast && !blocks.get(i + 1).lead().isEmpty();
      if (!isLast && !separated) {
        text.add("");
      }
    }
    return text;
  }
}
