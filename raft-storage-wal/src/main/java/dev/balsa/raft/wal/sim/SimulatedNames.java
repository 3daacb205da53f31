// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The names: those on the disk, those in the cache, and how the one becomes the other. */
final class SimulatedNames {
  /** A change of names. Invariant: all paths of one change are in {@code directory}. */
  private record Change(Path directory, Path gone, Path added, Object node) {}

  /** Stands for a directory where a file stands for itself. */
  private static final Object DIRECTORY = new Object();

  private final TreeMap<Path, Object> durable = new TreeMap<>();
  private final TreeMap<Path, Object> live = new TreeMap<>();
  private final List<Change> pending = new ArrayList<>();

  boolean contains(Path path) {
    return path.getParent() == null || live.containsKey(path);
  }

  boolean isDirectory(Path path) {
    return path.getParent() == null || live.get(path) == DIRECTORY;
  }

  SimulatedFile file(Path path) {
    return live.get(path) instanceof SimulatedFile file ? file : null;
  }

  List<String> list(Path directory) {
    List<String> names = new ArrayList<>();
    for (Path path : live.keySet()) {
      if (directory.equals(path.getParent())) {
        names.add(path.getFileName().toString());
      }
    }
    names.sort(null);
    return names;
  }

  /** Durable at once: that a parent was not synced after mkdir is the real one's business. */
  void makeDirectory(Path path) {
    plant(path, DIRECTORY);
  }

  void plant(Path path, Object node) {
    apply(live, new Change(path.getParent(), path, path, node));
    apply(durable, new Change(path.getParent(), path, path, node));
  }

  void link(Path path, SimulatedFile file) {
    change(new Change(path.getParent(), null, path, file));
  }

  void unlink(Path path) {
    change(new Change(path.getParent(), path, null, null));
  }

  void rename(Path from, Path to) {
    change(new Change(from.getParent(), from, to, live.get(from)));
  }

  private void change(Change change) {
    apply(live, change);
    pending.add(change);
  }

  private static void apply(Map<Path, Object> names, Change change) {
    if (change.gone != null) {
      names.remove(change.gone);
    }
    if (change.added != null && change.node != null) {
      names.put(change.added, change.node);
    }
  }

  void sync(Path directory) {
    for (Change change : pending) {
      if (change.directory.equals(directory)) {
        apply(durable, change);
      }
    }
    pending.removeIf(change -> change.directory.equals(directory));
  }

  void crash(CrashMode mode, RandomGenerator random, int sectorBytes) {
    int prefix = mode == CrashMode.KEEP_PREFIX ? random.nextInt(pending.size() + 1) : 0;
    for (int i = 0; i < pending.size(); i++) {
      boolean kept =
          switch (mode) {
            case LOSE_ALL, KEEP_ALL -> false;
            case KEEP_PREFIX -> i < prefix;
            case KEEP_SUBSET, TEAR_SECTORS -> random.nextBoolean();
          };
      if (kept) {
        apply(durable, pending.get(i));
      }
    }
    pending.clear();
    live.clear();
    live.putAll(durable);
    for (Object node : live.values()) {
      if (node instanceof SimulatedFile file) {
        file.crash(mode, random, sectorBytes);
      }
    }
  }

  void copyFrom(SimulatedNames other) {
    Map<Object, Object> copies = new IdentityHashMap<>();
    for (Object node : other.durable.values()) {
      copies.computeIfAbsent(node, SimulatedNames::copyOf);
    }
    for (Object node : other.live.values()) {
      copies.computeIfAbsent(node, SimulatedNames::copyOf);
    }
    other.durable.forEach((path, node) -> durable.put(path, copies.get(node)));
    other.live.forEach((path, node) -> live.put(path, copies.get(node)));
    for (Change change : other.pending) {
      Object node =
          change.node == null ? null : copies.computeIfAbsent(change.node, SimulatedNames::copyOf);
      pending.add(new Change(change.directory, change.gone, change.added, node));
    }
  }

  private static Object copyOf(Object node) {
    return node instanceof SimulatedFile file ? file.copy() : node;
  }
}
