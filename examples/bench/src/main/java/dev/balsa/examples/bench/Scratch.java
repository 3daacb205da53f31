// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for as long as a measurement takes. */
record Scratch(Path path) implements AutoCloseable {
  /** A new one in {@code parent}, or where temporary files go if that is null. */
  static Scratch in(Path parent) throws IOException {
    if (parent == null) {
      return new Scratch(Files.createTempDirectory("balsa-bench"));
    }
    if (!Files.isDirectory(parent)) {
      throw new BenchException(parent + " is no directory");
    }
    return new Scratch(Files.createTempDirectory(parent, "balsa-bench"));
  }

  /** Removes a directory and all that is in it. */
  static void remove(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> found = Files.walk(directory)) {
      paths = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  @Override
  public void close() throws IOException {
    remove(path);
  }
}
