// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import com.google.protobuf.MessageLite;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.MaintenanceGrpc;
import dev.balsa.examples.kv.proto.RangeRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What is refused before any service hears of it, in the words that stock clients know. */
final class Door implements ServerInterceptor {
  /** The largest message, in bytes: the largest request and half a megabyte around it. */
  static final int MAX_MESSAGE_BYTES = KvService.MAX_REQUEST_BYTES + (1 << 19);

  /**
   * What the connection takes in before it is cut off. More than a message may have, because what
   * is cut off there is told nothing that a client understands.
   */
  static final int MAX_INBOUND_BYTES = 8 * MAX_MESSAGE_BYTES;

  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  /** What a member that does not vote answers, apart from reads of its own state. */
  private static final Set<String> FOR_LEARNERS =
      Set.of(
          MaintenanceGrpc.getStatusMethod().getFullMethodName(),
          HealthGrpc.getCheckMethod().getFullMethodName(),
          HealthGrpc.getWatchMethod().getFullMethodName());

  private final BooleanSupplier hasLeader;
  private final BooleanSupplier isLearner;

  Door(BooleanSupplier hasLeader, BooleanSupplier isLearner) {
    this.hasLeader = hasLeader;
    this.isLearner = isLearner;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if ("true".equals(headers.get(HAS_LEADER)) && !hasLeader.getAsBoolean()) {
      call.close(KvError.NO_LEADER.status(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return new MessageCheck<>(call, next.startCall(call, headers));
  }

  private boolean isRefused(ServerCall<?, ?> call, Object message) {
    boolean isOwnRead = message instanceof RangeRequest range && range.getSerializable();
    return !isOwnRead
        && !FOR_LEARNERS.contains(call.getMethodDescriptor().getFullMethodName())
        && isLearner.getAsBoolean();
  }

  private final class MessageCheck<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean isRefused;

    MessageCheck(ServerCall<Q, ?> call, ServerCall.Listener<Q> next) {
      super(next);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      int bytes = ((MessageLite) message).getSerializedSize();
      if (bytes > MAX_MESSAGE_BYTES) {
        String text =
            "grpc: received message larger than max (" + bytes + " vs. " + MAX_MESSAGE_BYTES + ")";
        refuse(Status.RESOURCE_EXHAUSTED.withDescription(text));
      } else if (Door.this.isRefused(call, message)) {
        refuse(KvError.NOT_FOR_LEARNERS.status());
      } else {
        super.onMessage(message);
      }
    }

    private void refuse(Status status) {
      isRefused = true;
      call.close(status, new Metadata());
    }

    @Override
    public void onHalfClose() {
      // The service would complain that it got no message, to a call that is closed.
      if (!isRefused) {
        super.onHalfClose();
      }
    }
  }
}
