// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.KeyValue;
import dev.balsa.examples.kv.proto.MaintenanceGrpc;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.PutResponse;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RangeResponse;
import dev.balsa.examples.kv.proto.StatusRequest;
import dev.balsa.examples.kv.proto.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Calls to one member, without the retries and failovers of a full client. Any thread. */
final class Client implements AutoCloseable {
  private static final long SECONDS = 10;
  private static final long PAGE = 2000;

  private final ManagedChannel channel;

  Client(String endpoint) {
    channel =
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  /** Whether a linearizable read works, now. */
  boolean serves() {
    try {
      KVGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.SECONDS).range(read("health"));
      return true;
    } catch (StatusRuntimeException e) {
      reconnect();
      return false;
    }
  }

  /** Null if it does not answer. */
  StatusResponse status() {
    try {
      return MaintenanceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(2, TimeUnit.SECONDS)
          .status(StatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      reconnect();
      return null;
    }
  }

  /** Does not wait out the pause that follows a refused connection: the member may be back. */
  void reconnect() {
    channel.resetConnectBackoff();
  }

  PutResponse put(String key, String value) {
    return KVGrpc.newBlockingStub(channel)
        .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
        .put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build());
  }

  /** A linearizable read. Null if there is no such key. */
  String get(String key) {
    return valueOf(
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .range(read(key)));
  }

  /** A linearizable read that is on its way when this returns. */
  ListenableFuture<RangeResponse> getLater(String key) {
    return KVGrpc.newFutureStub(channel)
        .withDeadlineAfter(3 * SECONDS, TimeUnit.SECONDS)
        .range(read(key));
  }

  static String valueOf(RangeResponse response) {
    return response.getKvsCount() == 0 ? null : response.getKvs(0).getValue().toStringUtf8();
  }

  static RangeRequest read(String key) {
    return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  /** Every key that begins so, in this member's own state. */
  SortedMap<String, KeyValue> ownState(String prefix) {
    SortedMap<String, KeyValue> found = new TreeMap<>();
    ByteString from = ByteString.copyFromUtf8(prefix);
    ByteString end = ByteString.copyFromUtf8(prefix + "\u007f");
    while (true) {
      RangeResponse page =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
              .range(
                  RangeRequest.newBuilder()
                      .setKey(from)
                      .setRangeEnd(end)
                      .setLimit(PAGE)
                      .setSerializable(true)
                      .build());
      page.getKvsList().forEach(kv -> found.put(kv.getKey().toStringUtf8(), kv));
      if (!page.getMore()) {
        return found;
      }
      ByteString last = page.getKvs(page.getKvsCount() - 1).getKey();
      from = last.concat(ByteString.copyFrom(new byte[] {0}));
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
