// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A state as bytes: two revisions, then the keys in order, each with its versions from the oldest
 * on, then an end mark. What a compaction has given up is left out, whether it was cleaned away
 * already or not, so that equal states have equal bytes.
 */
final class StateCodec {
  private static final int END = -1;
  private static final int TOMBSTONE = -1;

  /** More than any request may carry. Checked before anything is allocated. */
  private static final int MAX_BYTES = 4 << 20;

  private static final Comparator<KeyVersion> LOG_ORDER =
      Comparator.comparingLong(KeyVersion::modRevision).thenComparingInt(KeyVersion::position);

  private StateCodec() {}

  static void write(State state, DataOutputStream out) throws IOException {
    out.writeLong(state.revision());
    out.writeLong(state.compactRevision());
    writeKeys(state, state.revision(), out);
    out.writeInt(END);
  }

  /** Writes the keys with their versions up to {@code revision}. */
  static void writeKeys(State state, long revision, DataOutputStream out) throws IOException {
    List<KeyVersion> newestFirst = new ArrayList<>();
    try {
      state
          .tree()
          .scan(
              new KeyRange(new byte[0], null),
              history -> {
                newestFirst.clear();
                History cell = history.compacted(state.compactRevision());
                for (; cell != null; cell = cell.older()) {
                  if (cell.newest().modRevision() <= revision) {
                    newestFirst.add(cell.newest());
                  }
                }
                writeKey(newestFirst, out);
                return true;
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void writeKey(List<KeyVersion> newestFirst, DataOutputStream out) {
    if (newestFirst.isEmpty()) {
      return;
    }
    try {
      byte[] key = newestFirst.get(0).key();
      out.writeInt(key.length);
      out.write(key);
      out.writeInt(newestFirst.size());
      for (int i = newestFirst.size() - 1; i >= 0; i--) {
        writeVersion(newestFirst.get(i), out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeVersion(KeyVersion version, DataOutputStream out) throws IOException {
    out.writeLong(version.modRevision());
    out.writeInt(version.position());
    if (version.isTombstone()) {
      out.writeInt(TOMBSTONE);
      return;
    }
    out.writeInt(version.value().length);
    out.write(version.value());
    out.writeLong(version.createRevision());
    out.writeLong(version.version());
    out.writeLong(version.lease());
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @throws IOException if it is something else
   */
  static State read(DataInputStream in) throws IOException {
    long revision = in.readLong();
    long compactRevision = in.readLong();
    if (revision < State.FIRST_REVISION || compactRevision < 0 || compactRevision > revision) {
      throw new IOException(
          "not a key-value store: revision " + revision + ", compacted at " + compactRevision);
    }
    KeyReader reader = new KeyReader(in, revision, compactRevision);
    try {
      KeyTree tree = KeyTree.ofSorted(reader);
      reader.logged.sort(LOG_ORDER);
      RevisionLog log = RevisionLog.EMPTY.append(reader.logged);
      return new State(tree, revision, compactRevision, log, reader.footprint);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The histories in a stream, one by one. */
  private static final class KeyReader implements Iterator<History> {
    private final DataInputStream in;
    private final long revision;
    private final long compactRevision;
    final List<KeyVersion> logged = new ArrayList<>();
    long footprint;
    private byte[] previousKey;
    private History next;

    KeyReader(DataInputStream in, long revision, long compactRevision) throws IOException {
      this.in = in;
      this.revision = revision;
      this.compactRevision = compactRevision;
      this.next = readHistory();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public History next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      History result = next;
      try {
        next = readHistory();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return result;
    }

    private History readHistory() throws IOException {
      int length = in.readInt();
      if (length == END) {
        return null;
      }
      byte[] key = readBytes(length);
      if (previousKey != null && Arrays.compareUnsigned(previousKey, key) >= 0) {
        throw new IOException("not a key-value store: keys out of order");
      }
      previousKey = key;
      int versions = in.readInt();
      if (versions < 1) {
        throw new IOException("not a key-value store: a key with " + versions + " versions");
      }
      History history = null;
      for (int i = 0; i < versions; i++) {
        KeyVersion version = readVersion(key);
        if (version.modRevision() > revision
            || (history != null && version.modRevision() < history.newest().modRevision())) {
          throw new IOException("not a key-value store: revisions out of order");
        }
        footprint += version.footprint();
        if (version.modRevision() >= compactRevision) {
          logged.add(version);
        }
        history = new History(version, history);
      }
      return history;
    }

    private KeyVersion readVersion(byte[] key) throws IOException {
      long modRevision = in.readLong();
      int position = in.readInt();
      int length = in.readInt();
      if (length == TOMBSTONE) {
        return KeyVersion.tombstone(key, modRevision, position);
      }
      byte[] value = readBytes(length);
      long createRevision = in.readLong();
      long version = in.readLong();
      long lease = in.readLong();
      return new KeyVersion(key, value, createRevision, modRevision, position, version, lease);
    }

    private byte[] readBytes(int length) throws IOException {
      if (length < 0 || length > MAX_BYTES) {
        throw new IOException("not a key-value store: a length of " + length + " bytes");
      }
      byte[] bytes = new byte[length];
      in.readFully(bytes);
      return bytes;
    }
  }
}
