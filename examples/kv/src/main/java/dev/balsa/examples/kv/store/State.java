// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The whole store at one moment, with its past back to the last compaction. Immutable: to keep it
 * is to have a snapshot.
 *
 * <p>Methods that take a revision want one from {@link #compactRevision} to {@link #revision};
 * checking it is the caller's business.
 */
public final class State {
  /** The first revision of a store in which nothing was ever written. */
  public static final long FIRST_REVISION = 1;

  static final State EMPTY =
      new State(KeyTree.EMPTY, FIRST_REVISION, 0, RevisionLog.EMPTY, /* footprint= */ 0);

  private final KeyTree tree;
  private final long revision;
  private final long compactRevision;
  private final RevisionLog log;
  private final long footprint;

  State(KeyTree tree, long revision, long compactRevision, RevisionLog log, long footprint) {
    this.tree = tree;
    this.revision = revision;
    this.compactRevision = compactRevision;
    this.log = log;
    this.footprint = footprint;
  }

  /** The revision of the last write. */
  public long revision() {
    return revision;
  }

  /** The oldest revision that can be read, 0 if nothing was ever compacted. */
  public long compactRevision() {
    return compactRevision;
  }

  /** Every write from the compact revision on, in order. */
  public RevisionLog log() {
    return log;
  }

  /** What the data is taken to occupy, in bytes. */
  public long footprint() {
    return footprint;
  }

  /** The key as it was at {@code revision}, null if it did not exist. */
  public KeyVersion get(byte[] key, long revision) {
    History history = tree.get(key);
    return history == null ? null : live(history, revision);
  }

  /** Shows the keys that existed at {@code revision}, in order, until the visitor returns false. */
  public void scan(KeyRange range, long revision, Predicate<KeyVersion> visitor) {
    tree.scan(
        range,
        history -> {
          KeyVersion version = live(history, revision);
          return version == null || visitor.test(version);
        });
  }

  /** How many keys of the range existed at {@code revision}. Takes no scan for the newest. */
  public long count(KeyRange range, long revision) {
    if (revision == this.revision) {
      return tree.countLive(range);
    }
    long[] count = new long[1];
    scan(
        range,
        revision,
        version -> {
          count[0]++;
          return true;
        });
    return count[0];
  }

  /**
   * A hash of everything that can be read at revisions up to this one: equal on members that agree,
   * whatever they have cleaned away so far. Reads the whole store.
   */
  public int hash(long revision) {
    CRC32C crc = new CRC32C();
    try (DataOutputStream out =
        new DataOutputStream(new CheckedOutputStream(OutputStream.nullOutputStream(), crc))) {
      StateCodec.writeKeys(this, revision, out);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing was written anywhere", e);
    }
    return (int) crc.getValue();
  }

  /** Writes all of it, so that {@link Store#restore} makes an equal state of it. */
  public void writeTo(DataOutputStream out) throws IOException {
    StateCodec.write(this, out);
  }

  KeyTree tree() {
    return tree;
  }

  private static KeyVersion live(History history, long revision) {
    KeyVersion version = history.at(revision);
    return version == null || version.isTombstone() ? null : version;
  }
}
