// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.Member;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Passes on to the leader, as a client of its, what only a leader can do. Such calls are rare, so
 * each has a connection of its own.
 *
 * <p>A call is passed on once: two members that each take the other for the leader would pass it to
 * and fro.
 */
final class LeaderCalls {
  private static final Metadata.Key<String> PASSED_ON =
      Metadata.Key.of("balsa-passed-on", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Boolean> IS_PASSED_ON =
      Context.keyWithDefault("balsa-passed-on", false);

  private final Duration timeout;

  LeaderCalls(Duration timeout) {
    this.timeout = timeout;
  }

  /** Whether the call under way comes from another member. To be asked in the service's method. */
  static boolean isPassedOn() {
    return IS_PASSED_ON.get();
  }

  /** Tells the services which calls come from another member. */
  static ServerInterceptor marker() {
    return new ServerInterceptor() {
      @Override
      public <Q, A> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return headers.containsKey(PASSED_ON)
            ? Contexts.interceptCall(
                Context.current().withValue(IS_PASSED_ON, true), call, headers, next)
            : next.startCall(call, headers);
      }
    };
  }

  /** Whether it never reached the member, or that leads no more. */
  static boolean isCertainlyNotTaken(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    return status.getCause() instanceof ConnectException
        || KvError.NOT_LEADER.status().getDescription().equals(status.getDescription());
  }

  /** Calls the leader, at the first of its client URLs. */
  <Q, A> void call(
      Member leader, MethodDescriptor<Q, A> method, Q request, StreamObserver<A> answer) {
    Metadata mark = new Metadata();
    mark.put(PASSED_ON, "1");
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(Url.parse(leader.getClientURLs(0)).hostAndPort())
            .usePlaintext()
            .directExecutor()
            .intercept(MetadataUtils.newAttachHeadersInterceptor(mark))
            .build();
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
    ClientCalls.asyncUnaryCall(
        channel.newCall(method, options),
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(A reply) {
            answer.onNext(reply);
          }

          @Override
          public void onError(Throwable failure) {
            channel.shutdownNow();
            answer.onError(failure);
          }

          @Override
          public void onCompleted() {
            channel.shutdown();
          }
        });
  }
}
