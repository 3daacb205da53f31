// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What was asked for and is in the cache only, in the order in which it was asked for. */
final class Unsynced {
  /** One of them. */
  private sealed interface Change permits Write, Cut, Rename {}

  private record Write(long operation, SimulatedFile file, Path path, int position, byte[] bytes)
      implements Change {}

  private record Cut(long operation, SimulatedFile file, Path path, int size) implements Change {}

  private record Rename(long operation, NameChange names) implements Change {}

  private final List<Change> changes = new ArrayList<>();

  void write(long operation, SimulatedFile file, Path path, int position, byte[] bytes) {
    changes.add(new Write(operation, file, path, position, bytes));
  }

  void cut(long operation, SimulatedFile file, Path path, int size) {
    changes.add(new Cut(operation, file, path, size));
  }

  void change(long operation, NameChange names) {
    changes.add(new Rename(operation, names));
  }

  private static SimulatedFile fileOf(Change change) {
    if (change instanceof Write write) {
      return write.file;
    }
    return change instanceof Cut cut ? cut.file : null;
  }

  /** What a file's sync makes durable. */
  void sync(SimulatedFile file) {
    for (Change change : changes) {
      if (fileOf(change) == file) {
        if (change instanceof Write write) {
          file.writeDurable(write.bytes, 0, write.position, write.bytes.length);
        } else if (change instanceof Cut cut) {
          file.truncateDurable(cut.size);
        }
      }
    }
    forget(file);
  }

  /** The file's pages are taken for clean, whatever is on the disk. */
  void forget(SimulatedFile file) {
    changes.removeIf(change -> fileOf(change) == file);
  }

  /** What a directory's sync makes durable. */
  void sync(Path directory, SimulatedNames names) {
    for (Change change : changes) {
      if (isIn(directory, change)) {
        names.makeDurable(((Rename) change).names);
      }
    }
    changes.removeIf(change -> isIn(directory, change));
  }

  private static boolean isIn(Path directory, Change change) {
    return change instanceof Rename rename && rename.names.directory().equals(directory);
  }

  long bytesOf(SimulatedFile file) {
    long bytes = 0;
    for (Change change : changes) {
      bytes += change instanceof Write write && write.file == file ? write.bytes.length : 0;
    }
    return bytes;
  }

  /** Writes into the caches anew what the disk does not have yet. */
  void rewriteCaches() {
    for (Change change : changes) {
      if (change instanceof Write write) {
        write.file.writeCached(write.bytes, write.position);
      } else if (change instanceof Cut cut) {
        cut.file.truncateCached(cut.size);
      }
    }
  }

  /** All of it, piece by piece. */
  List<UnsyncedChange> pieces(int sectorBytes) {
    List<UnsyncedChange> pieces = new ArrayList<>();
    forEachPiece(
        sectorBytes,
        piece -> {
          pieces.add(piece);
          return 0;
        },
        null);
    return pieces;
  }

  /** The power goes out: makes durable what survives, and forgets the rest. */
  void crash(int sectorBytes, Survivors survivors, SimulatedNames names) {
    forEachPiece(sectorBytes, survivors, names);
    changes.clear();
  }

  private void forEachPiece(int sectorBytes, Survivors survivors, SimulatedNames names) {
    int number = 0;
    for (Change change : changes) {
      if (change instanceof Write write) {
        number = writePieces(write, number, sectorBytes, survivors);
      } else if (change instanceof Cut cut) {
        UnsyncedChange piece =
            new UnsyncedChange(
                number++, UnsyncedChange.Kind.LENGTH, cut.path, cut.operation, cut.size, 1);
        if (survivors.kept(piece) > 0) {
          cut.file.truncateDurable(cut.size);
        }
      } else if (change instanceof Rename rename) {
        UnsyncedChange piece =
            new UnsyncedChange(
                number++,
                UnsyncedChange.Kind.NAME,
                rename.names.directory(),
                rename.operation,
                0,
                1);
        if (survivors.kept(piece) > 0) {
          names.makeDurable(rename.names);
        }
      }
    }
  }

  private static int writePieces(Write write, int first, int sectorBytes, Survivors survivors) {
    int number = first;
    for (int from = 0; from < write.bytes.length; ) {
      int position = write.position + from;
      int length = Math.min(sectorBytes - position % sectorBytes, write.bytes.length - from);
      UnsyncedChange piece =
          new UnsyncedChange(
              number++, UnsyncedChange.Kind.SECTOR, write.path, write.operation, position, length);
      int kept = survivors.kept(piece);
      if (kept > 0) {
        write.file.writeDurable(write.bytes, from, position, kept);
      }
      from += length;
    }
    return number;
  }

  /** The same changes of copies of the files. */
  void copyFrom(Unsynced other, UnaryOperator<Object> copyOf) {
    for (Change change : other.changes) {
      if (change instanceof Write write) {
        SimulatedFile file = (SimulatedFile) copyOf.apply(write.file);
        changes.add(new Write(write.operation, file, write.path, write.position, write.bytes));
      } else if (change instanceof Cut cut) {
        SimulatedFile file = (SimulatedFile) copyOf.apply(cut.file);
        changes.add(new Cut(cut.operation, file, cut.path, cut.size));
      } else if (change instanceof Rename rename) {
        changes.add(new Rename(rename.operation, rename.names.with(copyOf)));
      }
    }
  }
}
