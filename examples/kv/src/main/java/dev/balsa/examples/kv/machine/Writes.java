// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.store.KeyVersion;
import dev.balsa.examples.kv.store.Writer;
import java.util.List;

/** Puts and deletes, alone or within a transaction. */
final class Writes {
  private Writes() {}

  /**
   * Makes sure that the put can be done.
   *
   * @param current the key as it is, null if it does not exist
   * @throws RequestException if not
   */
  static void check(PutRequest request, KeyVersion current) throws RequestException {
    // No lease can be granted yet, so none is ever there.
    if (request.getLease() != 0) {
      throw new RequestException(KvError.LEASE_NOT_FOUND);
    }
    if ((request.getIgnoreValue() || request.getIgnoreLease()) && current == null) {
      throw new RequestException(KvError.KEY_NOT_FOUND);
    }
  }

  /**
   * Writes a key.
   *
   * @throws RequestException if that cannot be done
   */
  static Result.Put put(PutRequest request, Writer writer) throws RequestException {
    byte[] key = request.getKey().toByteArray();
    boolean needsCurrent =
        request.getPrevKv() || request.getIgnoreValue() || request.getIgnoreLease();
    KeyVersion current = needsCurrent ? writer.get(key) : null;
    check(request, current);
    byte[] value = request.getIgnoreValue() ? current.value() : request.getValue().toByteArray();
    long lease = request.getIgnoreLease() ? current.lease() : request.getLease();
    writer.put(key, value, lease);
    return new Result.Put(writer.revision(), request.getPrevKv() ? current : null);
  }

  /** Deletes keys. */
  static Result.DeleteRange delete(DeleteRangeRequest request, Writer writer) {
    List<KeyVersion> deleted = writer.delete(Keys.range(request.getKey(), request.getRangeEnd()));
    return new Result.DeleteRange(
        writer.revision(), deleted.size(), request.getPrevKv() ? deleted : List.of());
  }
}
