// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.proto.RequestOp;
import dev.balsa.examples.kv.proto.TxnRequest;
import dev.balsa.examples.kv.store.KeyRange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one branch of a transaction writes: no key may be put twice, or put and deleted, since all
 * of it happens at one revision. The two branches of one transaction exclude each other and may
 * write the same.
 */
final class WrittenKeys {
  private final Set<ByteString> puts = new HashSet<>();
  private final List<KeyRange> deletes = new ArrayList<>();

  private WrittenKeys() {}

  /**
   * Checks both branches of a transaction.
   *
   * @throws RequestException if one of them writes a key more than once
   */
  static void check(TxnRequest request) throws RequestException {
    of(request.getSuccessList());
    of(request.getFailureList());
  }

  private static WrittenKeys of(List<RequestOp> operations) throws RequestException {
    WrittenKeys written = new WrittenKeys();
    // The deletes of this level first: whatever is put below or beside them collides.
    for (RequestOp operation : operations) {
      if (operation.hasRequestDeleteRange()) {
        var delete = operation.getRequestDeleteRange();
        written.deletes.add(Keys.range(delete.getKey(), delete.getRangeEnd()));
      }
    }
    for (RequestOp operation : operations) {
      if (operation.hasRequestTxn()) {
        written.addNested(operation.getRequestTxn());
      }
    }
    for (RequestOp operation : operations) {
      if (operation.hasRequestPut()) {
        written.addPut(operation.getRequestPut().getKey());
      }
    }
    return written;
  }

  private void addNested(TxnRequest nested) throws RequestException {
    WrittenKeys onSuccess = of(nested.getSuccessList());
    WrittenKeys onFailure = of(nested.getFailureList());
    for (ByteString key : puts) {
      checkNotIn(onSuccess.deletes, key);
      checkNotIn(onFailure.deletes, key);
    }
    Set<ByteString> either = new HashSet<>(onSuccess.puts);
    either.addAll(onFailure.puts);
    for (ByteString key : either) {
      addPut(key);
    }
    deletes.addAll(onSuccess.deletes);
    deletes.addAll(onFailure.deletes);
  }

  private static void checkNotIn(List<KeyRange> deletes, ByteString key) throws RequestException {
    if (deletes.isEmpty()) {
      return;
    }
    byte[] bytes = key.toByteArray();
    for (KeyRange delete : deletes) {
      if (delete.contains(bytes)) {
        throw new RequestException(KvError.DUPLICATE_KEY);
      }
    }
  }

  private void addPut(ByteString key) throws RequestException {
    if (!puts.add(key)) {
      throw new RequestException(KvError.DUPLICATE_KEY);
    }
    checkNotIn(deletes, key);
  }
}
