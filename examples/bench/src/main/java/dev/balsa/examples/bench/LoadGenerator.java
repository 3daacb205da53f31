// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Closed-loop clients of one target: each has one request outstanding and issues the next when the
 * answer arrives. Clients share few connections, and take them by turns, so that all members get
 * the same load however few clients there are.
 *
 * <p>Everything but the timing of phases happens on one event loop thread: a generator that needs
 * more than one core would measure itself on the machine it shares with the servers.
 */
final class LoadGenerator implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration DRAIN = Duration.ofSeconds(15);
  private static final long PAUSE_AFTER_ERROR_MILLIS = 10;
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final Target target;
  private final Workload workload;
  private final ServerProcesses servers;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<KVGrpc.KVStub> stubs = new ArrayList<>();

  // Touched by the event loop alone.
  private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
  private boolean recording;
  private boolean stopping;
  private int outstanding;
  private long errors;
  private String firstError;
  private CountDownLatch drained;

  LoadGenerator(Target target, Workload workload) {
    this.target = target;
    this.workload = workload;
    this.servers = ServerProcesses.of(target);
  }

  /** The first error's text, if there was any. Between runs only. */
  Optional<String> firstError() {
    return Optional.ofNullable(firstError);
  }

  /**
   * Sees to it that there are this many connections, spread over the endpoints, at least one to
   * each.
   *
   * @throws BenchException naming the endpoint that does not answer
   */
  void connect(int connections) {
    int wanted = Math.max(connections, target.endpoints().size());
    while (channels.size() < wanted) {
      String endpoint = target.endpoints().get(channels.size() % target.endpoints().size());
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(Target.hostOf(endpoint), Target.portOf(endpoint))
              .usePlaintext()
              .directExecutor()
              .eventLoopGroup(group)
              .channelType(NioSocketChannel.class)
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build();
      channels.add(channel);
      stubs.add(KVGrpc.newStub(channel));
      greet(endpoint, channel);
    }
  }

  private static void greet(String endpoint, ManagedChannel channel) {
    RangeRequest read = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("health")).build();
    try {
      KVGrpc.newBlockingStub(channel)
          .withDeadlineAfter(CONNECT.toMillis(), TimeUnit.MILLISECONDS)
          .range(read);
    } catch (io.grpc.StatusRuntimeException e) {
      throw new BenchException(
          endpoint
              + " does not answer a linearizable read ("
              + describe(e)
              + "); start that cluster, e.g. with balsa-cluster up, or give other endpoints");
    }
  }

  /** One run. */
  Measurement run(Operation operation, int clients, Duration warmUp, Duration measured)
      throws InterruptedException {
    int connections = Math.max(connectionsFor(clients), target.endpoints().size());
    connect(connections);
    CountDownLatch end = new CountDownLatch(1);
    onLoop(
        () -> {
          stopping = false;
          drained = end;
          outstanding = clients;
          for (int i = 0; i < clients; i++) {
            new Client(operation, i, connections).next();
          }
        });
    Thread.sleep(warmUp.toMillis());
    onLoop(
        () -> {
          latencies.reset();
          errors = 0;
          recording = true;
        });
    double cpuBefore = servers.cpuSeconds();
    long startNanos = System.nanoTime();
    Thread.sleep(measured.toMillis());
    onLoop(() -> recording = false);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double cpuSeconds = servers.cpuSeconds() - cpuBefore;
    onLoop(() -> stopping = true);
    drain(end);
    return measurement(seconds, cpuSeconds);
  }

  /** Writes every key once. */
  void load(int clients) throws InterruptedException {
    int connections = Math.max(connectionsFor(clients), target.endpoints().size());
    connect(connections);
    CountDownLatch end = new CountDownLatch(1);
    onLoop(
        () -> {
          stopping = false;
          drained = end;
          outstanding = clients;
          errors = 0;
          int[] nextKey = {0};
          for (int i = 0; i < clients; i++) {
            new Loader(i, connections, nextKey).next();
          }
        });
    end.await();
    if (errors > 0) {
      throw new BenchException(
          errors + " writes failed while loading " + target + ": " + firstError);
    }
  }

  private void drain(CountDownLatch end) throws InterruptedException {
    if (end.await(DRAIN.toSeconds(), TimeUnit.SECONDS)) {
      return;
    }
    throw new BenchException(
        target
            + " has requests open that are not answered for "
            + DRAIN.toSeconds()
            + " s; see the members' logs"
            + (firstError == null ? "" : " (first error: " + firstError + ")"));
  }

  private Measurement measurement(double seconds, double cpuSeconds) {
    long completed = latencies.getTotalCount();
    return new Measurement(
        completed / seconds,
        completed == 0 ? Double.NaN : latencies.getValueAtPercentile(50) / 1e3,
        completed == 0 ? Double.NaN : latencies.getValueAtPercentile(99) / 1e3,
        errors,
        completed == 0 ? Double.NaN : cpuSeconds * 100_000 / completed);
  }

  /** Few connections, as a service in front of many users has: more clients share more of them. */
  static int connectionsFor(int clients) {
    if (clients <= 1) {
      return 1;
    }
    return clients <= 16 ? 4 : clients <= 64 ? 8 : clients <= 256 ? 16 : 32;
  }

  private void onLoop(Runnable action) throws InterruptedException {
    loop.submit(action).sync();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private static String describe(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    Throwable cause = status.getCause();
    String text = status.getCode() + ": " + status.getDescription();
    return cause == null || cause.getMessage() == null ? text : text + ": " + cause.getMessage();
  }

  /** One caller. */
  private class Client implements StreamObserver<Object> {
    private final Operation operation;
    private final int connections;
    private final SplittableRandom random;
    private long turn;
    private long issuedNanos;

    Client(Operation operation, int number, int connections) {
      this.operation = operation;
      this.connections = connections;
      this.random = workload.random(number);
      this.turn = number;
    }

    void next() {
      if (stopping) {
        finish();
        return;
      }
      issue(operation, random.nextInt(workload.keys()));
    }

    final void finish() {
      if (--outstanding == 0) {
        drained.countDown();
      }
    }

    // The one observer serves answers of every type: it looks at none.
    @SuppressWarnings({"unchecked", "rawtypes"})
    final void issue(Operation operation, int key) {
      KVGrpc.KVStub stub = stubs.get((int) (turn++ % connections));
      issuedNanos = System.nanoTime();
      switch (operation) {
        case PUT -> stub.put(workload.put(key, random), (StreamObserver) this);
        case LRANGE -> stub.range(workload.range(key, false), (StreamObserver) this);
        case SRANGE -> stub.range(workload.range(key, true), (StreamObserver) this);
        case MIXED -> {
          if (random.nextBoolean()) {
            stub.put(workload.put(key, random), (StreamObserver) this);
          } else {
            stub.range(workload.range(key, false), (StreamObserver) this);
          }
        }
      }
    }

    @Override
    public void onNext(Object answer) {}

    @Override
    public void onError(Throwable thrown) {
      // Not always told on the event loop: a refused connection is not.
      loop.schedule(
          () -> {
            errors++;
            if (firstError == null) {
              firstError = describe(thrown);
            }
            next();
          },
          PAUSE_AFTER_ERROR_MILLIS,
          TimeUnit.MILLISECONDS);
    }

    @Override
    public void onCompleted() {
      if (!loop.inEventLoop()) {
        loop.execute(this::onCompleted);
        return;
      }
      if (recording) {
        latencies.recordValue(Math.min(System.nanoTime() - issuedNanos, LONGEST_NANOS));
      }
      next();
    }
  }

  /** A caller that writes the next key nobody has written yet. */
  private final class Loader extends Client {
    private final int[] nextKey;

    Loader(int number, int connections, int[] nextKey) {
      super(Operation.PUT, number, connections);
      this.nextKey = nextKey;
    }

    @Override
    void next() {
      if (nextKey[0] >= workload.keys() || errors > 0) {
        finish();
      } else {
        issue(Operation.PUT, nextKey[0]++);
      }
    }
  }
}
