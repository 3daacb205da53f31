// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.Command;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.raft.netty.NettyTransport;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.wal.Wal;
import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the cluster, running: log, transport, node, and the services on the client port.
 */
public final class KvMember implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KvMember.class);

  private static final int MAX_BACKGROUND_TASKS = 1_024;
  private static final long INTRODUCE_AGAIN_MILLIS = 1_000;

  private final MemberConfig config;
  private final ScheduledThreadPoolExecutor timerThread;
  private final ThreadPoolExecutor background;
  private final RaftNode<Result> node;
  private final ClientPort clientPort;

  private KvMember(
      MemberConfig config,
      ScheduledThreadPoolExecutor timerThread,
      ThreadPoolExecutor background,
      RaftNode<Result> node,
      ClientPort clientPort) {
    this.config = config;
    this.timerThread = timerThread;
    this.background = background;
    this.node = node;
    this.clientPort = clientPort;
  }

  /**
   * Starts a member.
   *
   * @throws StartException if it cannot; everything that was opened is closed again
   */
  public static KvMember start(MemberConfig config) throws StartException {
    ScheduledThreadPoolExecutor timerThread =
        new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("kv-timer", true));
    timerThread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    Timer timer = (millis, task) -> timerThread.schedule(task, millis, TimeUnit.MILLISECONDS);
    ThreadPoolExecutor background =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(MAX_BACKGROUND_TASKS),
            new DefaultThreadFactory("kv-background", true));
    background.allowCoreThreadTimeOut(true);
    CleaningMachine cleaning = new CleaningMachine(timer);
    Wal wal = openLog(config);
    long clusterId = wal.identity().clusterId();
    long memberId = wal.identity().member().id();
    RaftNode<Result> node = startNode(config, wal, memberId, cleaning.machine);
    Replica replica = Replica.of(node);
    ServiceContext context =
        new ServiceContext(
            clusterId,
            memberId,
            cleaning.machine,
            replica,
            new Requests(replica, timer, System::nanoTime, config.requestTimeout()),
            cleaning.cleaner,
            background);
    try {
      ClientPort clientPort = serve(config, context);
      introduce(config, context, timer);
      log.info(
          "member {} ({}) of cluster {} is ready to serve clients at {}",
          config.name(),
          Long.toHexString(memberId),
          Long.toHexString(clusterId),
          String.join(", ", config.listenClientUrls()));
      return new KvMember(config, timerThread, background, node, clientPort);
    } catch (StartException e) {
      node.close();
      timerThread.shutdownNow();
      background.shutdownNow();
      throw e;
    }
  }

  /** A machine that has its cleaner told of compactions. */
  private static final class CleaningMachine {
    final KvMachine machine = new KvMachine(this::onCompacted);
    final Cleaner cleaner;

    CleaningMachine(Timer timer) {
      cleaner = new Cleaner(machine, timer);
    }

    private void onCompacted() {
      cleaner.start();
    }
  }

  private static Wal openLog(MemberConfig config) throws StartException {
    try {
      return Wal.openOrFormat(config.dataDirectory(), config.clusterId(), config.memberId());
    } catch (IOException e) {
      throw new StartException(
          "cannot use the data directory "
              + config.dataDirectory()
              + " (--data-dir): "
              + e.getMessage(),
          e);
    }
  }

  private static RaftNode<Result> startNode(
      MemberConfig config, Wal wal, long memberId, KvMachine machine) throws StartException {
    try {
      int electionTicks =
          (int) Math.ceil((double) config.election().toMillis() / config.heartbeat().toMillis());
      return RaftNode.<Result>builder()
          .self(memberId)
          .storage(wal)
          .transport(
              NettyTransport.builder()
                  .bind(Url.parse(config.listenPeerUrl()).hostAndPort())
                  .build())
          .stateMachine(machine)
          .bootstrap(config.members())
          .options(
              options ->
                  options
                      .tick(config.heartbeat())
                      .heartbeatTicks(1)
                      .electionTicks(electionTicks)
                      .requestTimeout(config.requestTimeout())
                      .snapshotEvery(config.snapshotCount()))
          .start();
    } catch (IOException | IllegalStateException | IllegalArgumentException e) {
      throw new StartException("cannot start member " + config.name() + ": " + e.getMessage(), e);
    }
  }

  private static ClientPort serve(MemberConfig config, ServiceContext context)
      throws StartException {
    List<BindableService> services =
        List.of(
            new KvService(context, config.quotaBytes()),
            new ClusterService(context),
            new MaintenanceService(context),
            new HealthStatusManager().getHealthService());
    return ClientPort.open(
        config.listenClientUrls(),
        new Door(() -> context.replica().status().leader() != 0),
        services);
  }

  /** Tells the cluster this member's name and client URLs, unless it knows them already. */
  private static void introduce(MemberConfig config, ServiceContext context, Timer timer) {
    Member self =
        Member.newBuilder()
            .setID(context.memberId())
            .setName(config.name())
            .addAllClientURLs(config.advertiseClientUrls())
            .build();
    Runnable again =
        () -> timer.after(INTRODUCE_AGAIN_MILLIS, () -> introduce(config, context, timer));
    Requests.Outcome proposed =
        new Requests.Outcome() {
          @Override
          public void onResult(Result result) {}

          @Override
          public void onError(KvError error) {
            again.run();
          }
        };
    context
        .requests()
        .awaitFresh(
            new Requests.Outcome() {
              @Override
              public void onResult(Result result) {
                if (!self.equals(context.machine().members().get(context.memberId()))) {
                  context.requests().propose(Command.of(self), proposed);
                }
              }

              @Override
              public void onError(KvError error) {
                again.run();
              }
            });
  }

  /** Completes when the member has stopped by itself, with the cause. */
  public CompletableFuture<Void> terminated() {
    return node.terminated();
  }

  /** The port on which it listens for clients. */
  public int clientPort() {
    return clientPort.port();
  }

  /** Hands leadership over, answers what is under way, and stops. */
  @Override
  public void close() {
    log.info("member {} stops", config.name());
    clientPort.close();
    node.close();
    timerThread.shutdownNow();
    background.shutdownNow();
  }
}
