// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import dev.balsa.raft.model.EntryId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * One line of a script: a verb, words, and options {@code key=value}. Whoever runs it takes what it
 * knows; what is left over in the end is an error, so that no mistyped option goes unnoticed.
 */
final class Command {
  private static final String OPTION = "[a-z-]+=.*";

  private final String file;
  private final int line;
  private final String text;
  private final String verb;
  private final List<String> words = new ArrayList<>();
  private final Map<String, String> options = new TreeMap<>();

  private Command(String file, int line, String text, String body) {
    this.file = file;
    this.line = line;
    this.text = text;
    String[] parts = body.trim().split("\\s+");
    this.verb = parts[0];
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      if (!part.matches(OPTION)) {
        words.add(part);
      } else if (options.put(part.split("=")[0], part.substring(part.indexOf('=') + 1)) != null) {
        throw error("given twice: " + part.split("=")[0]);
      }
    }
  }

  static Command parse(String file, int line, String text) {
    return new Command(file, line, text, text);
  }

  /** The command behind a verb that only says how to run it. */
  Command rest() {
    String body = text.trim();
    if (words.isEmpty()) {
      throw error(verb + " what?");
    }
    return new Command(file, line, text, body.substring(verb.length()));
  }

  ScriptError error(String problem) {
    return new ScriptError(file, line, problem + " in '" + text + "'");
  }

  String text() {
    return text;
  }

  String verb() {
    return verb;
  }

  // ---------------------------------------------------------------- words, in order

  boolean hasWord() {
    return !words.isEmpty();
  }

  /** Whether the next word is this one; takes it if so. */
  boolean takeIf(String word) {
    boolean is = !words.isEmpty() && words.get(0).equals(word);
    if (is) {
      words.remove(0);
    }
    return is;
  }

  String word(String meaning) {
    if (words.isEmpty()) {
      throw error(meaning + " is missing");
    }
    return words.remove(0);
  }

  List<String> allWords() {
    List<String> all = List.copyOf(words);
    words.clear();
    return all;
  }

  long number(String meaning) {
    return parsed(meaning, word(meaning), Long::parseLong);
  }

  /** The next word as a number, or {@code otherwise} if there is none. */
  int countOr(int otherwise) {
    return hasWord() ? (int) number("a count") : otherwise;
  }

  // ---------------------------------------------------------------- options, by name

  boolean has(String key) {
    return options.containsKey(key);
  }

  String option(String key, String otherwise) {
    String value = options.remove(key);
    return value == null ? otherwise : value;
  }

  long longOption(String key, long otherwise) {
    return has(key) ? parsed(key, option(key, ""), Long::parseLong) : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    String value = option(key, "");
    return switch (value) {
      case "on" -> true;
      case "off" -> false;
      default -> throw error(key + " is on or off, not " + value);
    };
  }

  /** Numbers with commas between them; none if the option is not there. */
  long[] ids(String key) {
    return parsed(key, option(key, ""), this::idsOf);
  }

  long[] idsOf(String value) {
    return value.isEmpty()
        ? new long[0]
        : Arrays.stream(value.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** An entry's id as {@code term/index}. */
  EntryId entryId(String key, EntryId otherwise) {
    return has(key) ? parsed(key, option(key, ""), Command::entryIdOf) : otherwise;
  }

  private static EntryId entryIdOf(String value) {
    String[] parts = value.split("/");
    return new EntryId(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }

  /** Terms of successive entries, as {@code 1x3,2} for 1, 1, 1, 2. */
  long[] terms(String key) {
    return parsed(
        key,
        option(key, ""),
        value ->
            value.isEmpty()
                ? new long[0]
                : Arrays.stream(value.split(",")).flatMapToLong(Command::run).toArray());
  }

  private static LongStream run(String value) {
    String[] parts = value.split("x");
    long term = Long.parseLong(parts[0]);
    int count = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
    return LongStream.generate(() -> term).limit(count);
  }

  private <T> T parsed(String meaning, String value, Function<String, T> parser) {
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw error(meaning + " cannot be '" + value + "'");
    }
  }

  /** Everything has been understood. */
  void finish() {
    if (!words.isEmpty()) {
      throw error("unknown argument " + words.get(0));
    }
    if (!options.isEmpty()) {
      throw error("unknown option " + options.keySet().iterator().next());
    }
  }
}
