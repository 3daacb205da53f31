// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The names of files and directories: those on the disk, and those in the cache. */
final class SimulatedNames {
  /** Stands for a directory where a file stands for itself. */
  static final Object DIRECTORY = new Object();

  private final TreeMap<Path, Object> durable = new TreeMap<>();
  private final TreeMap<Path, Object> cached = new TreeMap<>();

  boolean contains(Path path) {
    return path.getParent() == null || cached.containsKey(path);
  }

  boolean isDirectory(Path path) {
    return path.getParent() == null || cached.get(path) == DIRECTORY;
  }

  SimulatedFile file(Path path) {
    return cached.get(path) instanceof SimulatedFile file ? file : null;
  }

  List<String> list(Path directory) {
    List<String> names = new ArrayList<>();
    for (Path path : cached.tailMap(directory, false).keySet()) {
      if (!path.startsWith(directory)) {
        break;
      }
      if (directory.equals(path.getParent())) {
        names.add(path.getFileName().toString());
      }
    }
    names.sort(null);
    return names;
  }

  /** Everything that has a name, in the cache. */
  Collection<Object> nodes() {
    return cached.values();
  }

  void change(NameChange change) {
    apply(cached, change);
  }

  void makeDurable(NameChange change) {
    apply(durable, change);
  }

  private static void apply(Map<Path, Object> names, NameChange change) {
    if (change.gone() != null) {
      names.remove(change.gone());
    }
    if (change.added() != null && change.node() != null) {
      names.put(change.added(), change.node());
    }
  }

  /** The cache is gone, and with a directory's name all that is below it. */
  void crash() {
    durable.keySet().removeIf(path -> !isReachable(path.getParent()));
    cached.clear();
    cached.putAll(durable);
    for (Object node : cached.values()) {
      if (node instanceof SimulatedFile file) {
        file.dropCache();
      }
    }
  }

  private boolean isReachable(Path directory) {
    return directory.getParent() == null
        || durable.get(directory) == DIRECTORY && isReachable(directory.getParent());
  }

  void copyFrom(SimulatedNames other, UnaryOperator<Object> copyOf) {
    other.durable.forEach((path, node) -> durable.put(path, copyOf.apply(node)));
    other.cached.forEach((path, node) -> cached.put(path, copyOf.apply(node)));
  }
}
