// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.tool;

import dev.balsa.raft.wal.inspect.LogRecord;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A record in a line. */
final class RecordPrinter {
  private static final String ROW = "%14s %-11s %6s %10s %8s %8s  %-13s%s%n";

  /** How a payload is shown. */
  enum Form {
    /** As text; what cannot be printed becomes a dot. */
    text,
    /** As hexadecimal digits. */
    hex
  }

  private final PrintWriter out;
  private final Form form;
  private boolean begun;

  /**
   * Prints to {@code out}.
   *
   * @param form null for no payloads
   */
  RecordPrinter(PrintWriter out, Form form) {
    this.out = out;
    this.form = form;
  }

  void print(LogRecord record) {
    if (!begun) {
      out.printf(ROW, "position", "type", "group", "index", "term", "bytes", "kind", "");
      begun = true;
    }
    out.printf(
        ROW,
        record.position(),
        record.type(),
        record.group(),
        record.index(),
        record.term(),
        record.payload().length,
        record.kind(),
        shown(record.payload()));
  }

  private String shown(byte[] payload) {
    if (form == null || payload.length == 0) {
      return "";
    }
    return " "
        + switch (form) {
          case text ->
              new String(payload, StandardCharsets.UTF_8).replaceAll("[^\\p{Print}\\p{L}]", ".");
          case hex -> HexFormat.of().formatHex(payload);
        };
  }
}
