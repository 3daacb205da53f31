// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.proto.ClusterGrpc;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.MaintenanceGrpc;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The services over a {@link LocalReplica}, called through gRPC without a network. */
final class ServiceFixture implements AutoCloseable {
  static final long CLUSTER = 0xc1;
  static final long QUOTA_BYTES = 8 << 20;

  final ManualTimer timer = new ManualTimer();
  final KvMachine machine = new KvMachine(this::onCompacted);
  final Cleaner cleaner = new Cleaner(machine, timer);
  final LocalReplica replica = new LocalReplica(machine);
  final KVGrpc.KVBlockingStub kv;
  final KVGrpc.KVFutureStub futureKv;
  final ClusterGrpc.ClusterBlockingStub cluster;
  final ClusterGrpc.ClusterFutureStub futureCluster;
  final MaintenanceGrpc.MaintenanceBlockingStub maintenance;

  private final Server server;
  private final ManagedChannel channel;

  ServiceFixture() {
    ServiceContext context =
        new ServiceContext(
            CLUSTER,
            LocalReplica.MEMBER,
            machine,
            replica,
            new Requests(replica, timer, timer::nanos, Duration.ofSeconds(7)),
            cleaner,
            Runnable::run);
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .intercept(new Door(() -> replica.status().leader() != 0, () -> replica.isLearner))
            .addService(new KvService(context, QUOTA_BYTES))
            .addService(
                new ClusterService(
                    context,
                    new MemberChanges(context, timer, timer::nanos, Duration.ofSeconds(3)),
                    new LeaderCalls(Duration.ofSeconds(7))))
            .addService(new MaintenanceService(context))
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    kv = KVGrpc.newBlockingStub(channel);
    futureKv = KVGrpc.newFutureStub(channel);
    cluster = ClusterGrpc.newBlockingStub(channel);
    futureCluster = ClusterGrpc.newFutureStub(channel);
    maintenance = MaintenanceGrpc.newBlockingStub(channel);
  }

  private void onCompacted() {
    cleaner.start();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  /** Writes a key; returns the revision. */
  long put(String key, String value) {
    return kv.put(putRequest(key, value).build()).getHeader().getRevision();
  }

  static PutRequest.Builder putRequest(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
  }

  static RangeRequest.Builder rangeRequest(String from, String to) {
    return RangeRequest.newBuilder().setKey(bytes(from)).setRangeEnd(bytes(to));
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** The keys of a reply, in its order. */
  static List<String> keys(RangeResponse reply) {
    return reply.getKvsList().stream().map(kv -> kv.getKey().toStringUtf8()).toList();
  }

  static void assertFails(KvError error, ThrowingCallable call) {
    assertFails(error.status().getCode(), error.status().getDescription(), call);
  }

  static void assertFails(Status.Code code, String text, ThrowingCallable call) {
    Assertions.assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failure -> {
              Assertions.assertThat(failure.getStatus().getCode()).isEqualTo(code);
              Assertions.assertThat(failure.getStatus().getDescription()).isEqualTo(text);
            });
  }
}
