// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.raft.netty.NettyTransport;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.wal.Wal;
import dev.balsa.raft.wal.WalConfig;
import io.grpc.BindableService;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
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
      new Introduction(config, context, timer).start();
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
    Path directory = config.dataDirectory();
    try {
      if (!config.isClusterStated() && Wal.isFormatted(WalConfig.of(directory))) {
        return Wal.open(directory);
      }
      return Wal.openOrFormat(directory, config.clusterId(), config.memberId());
    } catch (IOException e) {
      throw new StartException(
          "cannot use the data directory " + directory + " (--data-dir): " + reasonOf(e), e);
    }
  }

  /** Errors of the file system say what they mean by their type alone. */
  private static String reasonOf(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "no permission for "
          + denied.getFile()
          + "; let this user read and write it, or choose another directory";
    }
    if (e instanceof FileSystemException failed) {
      return failed.getClass().getSimpleName().replace("Exception", "")
          + " "
          + failed.getMessage()
          + "; see to it, or choose another directory";
    }
    return e.getMessage();
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
    Door door = new Door(() -> context.replica().status().leader() != 0);
    ProtocolSwitch protocols = new ProtocolSwitch(() -> new HttpRequests(context));
    return ClientPort.open(config.listenClientUrls(), door, protocols, services);
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
