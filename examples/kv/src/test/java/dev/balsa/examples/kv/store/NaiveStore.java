// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** What a store should be, written for plainness: a list of all writes, read from its start. */
final class NaiveStore {
  /** One write of one key; a delete has no value. */
  record Write(String key, String value, long revision, long lease) {}

  /** A key as it is read. */
  record Found(String key, String value, long create, long mod, long version, long lease) {}

  final List<Write> writes = new ArrayList<>();
  long revision = State.FIRST_REVISION;
  long compactRevision;

  void put(String key, String value, long lease) {
    writes.add(new Write(key, value, revision + 1, lease));
  }

  List<Found> delete(String from, String to) {
    List<Found> deleted = read(from, to, revision + 1);
    deleted.forEach(found -> writes.add(new Write(found.key, null, revision + 1, 0)));
    return deleted;
  }

  long commit() {
    if (!writes.isEmpty() && writes.get(writes.size() - 1).revision > revision) {
      revision++;
    }
    return revision;
  }

  /** The keys from {@code from} to before {@code to} (null: no end) at {@code revision}. */
  List<Found> read(String from, String to, long revision) {
    TreeMap<String, Found> keys = new TreeMap<>();
    for (Write write : writes) {
      if (write.revision > revision) {
        break;
      }
      if (write.key.compareTo(from) < 0 || (to != null && write.key.compareTo(to) >= 0)) {
        continue;
      }
      Found old = keys.get(write.key);
      if (write.value == null) {
        keys.remove(write.key);
      } else {
        long create = old == null ? write.revision : old.create;
        long version = old == null ? 1 : old.version + 1;
        keys.put(
            write.key,
            new Found(write.key, write.value, create, write.revision, version, write.lease));
      }
    }
    return new ArrayList<>(keys.values());
  }

  /** The writes that a watch from the compact revision must see. */
  List<Write> log() {
    return writes.stream()
        .filter(write -> write.revision >= compactRevision && write.revision <= revision)
        .toList();
  }

  /** Chars up to 255 are bytes, and their order is the unsigned one. */
  static byte[] bytes(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) text.charAt(i);
    }
    return bytes;
  }

  static String text(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append((char) (b & 0xff));
    }
    return text.toString();
  }

  static Found found(KeyVersion version) {
    return new Found(
        text(version.key()),
        text(version.value()),
        version.createRevision(),
        version.modRevision(),
        version.version(),
        version.lease());
  }

  static Write write(KeyVersion version) {
    return new Write(
        text(version.key()),
        version.isTombstone() ? null : text(version.value()),
        version.modRevision(),
        version.lease());
  }

  static KeyRange range(String from, String to) {
    byte[] end = to == null ? null : bytes(to);
    return new KeyRange(bytes(from), end == null ? null : Arrays.copyOf(end, end.length));
  }
}
