// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.proto.DeleteRangeResponse;
import dev.balsa.examples.kv.proto.KeyValue;
import dev.balsa.examples.kv.proto.PutResponse;
import dev.balsa.examples.kv.proto.RangeResponse;
import dev.balsa.examples.kv.proto.ResponseHeader;
import dev.balsa.examples.kv.proto.ResponseOp;
import dev.balsa.examples.kv.proto.TxnResponse;
import dev.balsa.examples.kv.store.KeyVersion;

/** Turns results into the messages that clients get. */
final class Replies {
  private Replies() {}

  static RangeResponse range(Result.Range result, ResponseHeader header) {
    RangeResponse.Builder reply =
        RangeResponse.newBuilder()
            .setHeader(header)
            .setMore(result.more())
            .setCount(result.count());
    for (KeyVersion version : result.kvs()) {
      reply.addKvs(keyValue(version, !result.keysOnly()));
    }
    return reply.build();
  }

  static PutResponse put(Result.Put result, ResponseHeader header) {
    PutResponse.Builder reply = PutResponse.newBuilder().setHeader(header);
    if (result.previous() != null) {
      reply.setPrevKv(keyValue(result.previous(), true));
    }
    return reply.build();
  }

  static DeleteRangeResponse deleteRange(Result.DeleteRange result, ResponseHeader header) {
    DeleteRangeResponse.Builder reply =
        DeleteRangeResponse.newBuilder().setHeader(header).setDeleted(result.deleted());
    for (KeyVersion version : result.previous()) {
      reply.addPrevKvs(keyValue(version, true));
    }
    return reply.build();
  }

  static TxnResponse txn(Result.Txn result, ResponseHeader header) {
    TxnResponse.Builder reply =
        TxnResponse.newBuilder().setHeader(header).setSucceeded(result.succeeded());
    for (Result inner : result.results()) {
      reply.addResponses(operation(inner));
    }
    return reply.build();
  }

  /** Within a transaction a header has the revision alone, a nested transaction's not even that. */
  private static ResponseOp operation(Result result) {
    ResponseOp.Builder reply = ResponseOp.newBuilder();
    ResponseHeader header = ResponseHeader.newBuilder().setRevision(result.revision()).build();
    if (result instanceof Result.Range range) {
      reply.setResponseRange(range(range, header));
    } else if (result instanceof Result.Put put) {
      reply.setResponsePut(put(put, header));
    } else if (result instanceof Result.DeleteRange delete) {
      reply.setResponseDeleteRange(deleteRange(delete, header));
    } else if (result instanceof Result.Txn txn) {
      reply.setResponseTxn(txn(txn, ResponseHeader.getDefaultInstance()));
    } else {
      throw new IllegalArgumentException("not the result of an operation: " + result);
    }
    return reply.build();
  }

  static KeyValue keyValue(KeyVersion version, boolean withValue) {
    KeyValue.Builder kv =
        KeyValue.newBuilder()
            .setKey(bytes(version.key()))
            .setCreateRevision(version.createRevision())
            .setModRevision(version.modRevision())
            .setVersion(version.version())
            .setLease(version.lease());
    if (withValue) {
      kv.setValue(bytes(version.value()));
    }
    return kv.build();
  }

  /** What the store has handed out never changes, so that it needs no copy. */
  private static ByteString bytes(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
