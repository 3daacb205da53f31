// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a client does, again and again. */
enum Operation {
  /** Writes a random key. */
  PUT,
  /** Reads a random key, linearizably. */
  LRANGE,
  /** Reads a random key from the member's own state. */
  SRANGE,
  /** Writes and linearizable reads by turns. */
  MIXED;

  static List<Operation> parse(List<String> names) {
    List<Operation> operations = new ArrayList<>();
    for (String name : names) {
      operations.add(parse(name));
    }
    return operations;
  }

  private static Operation parse(String name) {
    for (Operation operation : values()) {
      if (operation.label().equals(name)) {
        return operation;
      }
    }
    if (name.equals("watch")) {
      throw new IllegalArgumentException(
          "watch is not measured yet, since the cluster does not serve watches yet; --ops takes"
              + " put, lrange, srange, mixed");
    }
    throw new IllegalArgumentException(
        "there is no operation '" + name + "'; --ops takes put, lrange, srange, mixed");
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
