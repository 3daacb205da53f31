// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The project's own files. */
final class Project {
  private static final Set<String> NOT_OURS = Set.of("target", ".git", "balsa-data", "store");

  private Project() {}

  static Path root() {
    Path directory = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(directory.resolve(".mvn"))) {
      directory = directory.getParent();
    }
    return directory;
  }

  /** Everything that a shell runs. */
  static List<Path> shellScripts() {
    List<Path> scripts = new ArrayList<>();
    try {
      Files.walkFileTree(
          root(),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
              return NOT_OURS.contains(path.getFileName().toString())
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              if (isShellScript(path)) {
                scripts.add(path);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return scripts;
  }

  private static boolean isShellScript(Path path) throws IOException {
    if (path.toString().endsWith(".sh")) {
      return true;
    }
    if (!Files.isExecutable(path) || !Files.isRegularFile(path)) {
      return false;
    }
    byte[] head = Files.newInputStream(path).readNBytes(100);
    return new String(head, java.nio.charset.StandardCharsets.US_ASCII)
        .matches("(?s)#!\\S*[/ ](env )?(ba)?sh\\n.*");
  }
}
