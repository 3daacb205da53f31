// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.raft.netty.NettyTransport;
import dev.balsa.raft.node.NodeListener;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.node.RaftNodeBuilder;
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

  /** How many election timeouts a change of the members waits for a leader. */
  private static final int CHANGE_ELECTIONS = 4;

  private final MemberConfig config;
  private final ScheduledThreadPoolExecutor timerThread;
  private final ThreadPoolExecutor background;
  private final RaftNode<Result> node;
  private final Standing standing;
  private final ClientPort clientPort;

  private KvMember(
      MemberConfig config,
      ScheduledThreadPoolExecutor timerThread,
      ThreadPoolExecutor background,
      RaftNode<Result> node,
      Standing standing,
      ClientPort clientPort) {
    this.config = config;
    this.timerThread = timerThread;
    this.background = background;
    this.node = node;
    this.standing = standing;
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
    NettyTransport transport =
        NettyTransport.builder().bind(Url.parse(config.listenPeerUrl()).hostAndPort()).build();
    Survey survey = new Survey(config.address(), transport::ask);
    Wal wal = new DataDirectory(config, survey).open();
    long clusterId = wal.identity().clusterId();
    long memberId = wal.identity().member().id();
    Standing standing = new Standing(config, wal.identity(), survey);
    RaftNode<Result> node = startNode(config, wal, transport, cleaning.machine, standing);
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
      ClientPort clientPort = serve(config, context, timer);
      new Introduction(config, context, timer).start();
      standing.start(replica);
      return new KvMember(config, timerThread, background, node, standing, clientPort);
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

  private static RaftNode<Result> startNode(
      MemberConfig config,
      Wal wal,
      NettyTransport transport,
      KvMachine machine,
      NodeListener listener)
      throws StartException {
    try {
      int electionTicks =
          (int) Math.ceil((double) config.election().toMillis() / config.heartbeat().toMillis());
      long memberId = wal.identity().member().id();
      RaftNodeBuilder<Result> builder = RaftNode.builder();
      if (config.isJoining() || !config.firstIds().containsValue(memberId)) {
        // Matters only until its log says who the members are.
        builder.join(config.otherAddresses().toArray(String[]::new));
      } else {
        builder.bootstrap(config.members());
      }
      return builder
          .self(memberId)
          .storage(wal)
          .transport(transport)
          .stateMachine(machine)
          .listener(listener)
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

  private static ClientPort serve(MemberConfig config, ServiceContext context, Timer timer)
      throws StartException {
    MemberChanges changes =
        new MemberChanges(
            context, timer, System::nanoTime, config.election().multipliedBy(CHANGE_ELECTIONS));
    List<BindableService> services =
        List.of(
            new KvService(context, config.quotaBytes()),
            new ClusterService(context, changes, new LeaderCalls(config.requestTimeout())),
            new MaintenanceService(context),
            new HealthStatusManager().getHealthService());
    Door door =
        new Door(
            () -> context.replica().status().leader() != 0,
            () -> context.replica().status().membership().learners().contains(context.memberId()));
    ProtocolSwitch protocols = new ProtocolSwitch(() -> new HttpRequests(context));
    return ClientPort.open(config.listenClientUrls(), door, protocols, services);
  }

  /**
   * Fails when the member has stopped by itself, or was removed and is to be closed, with the
   * cause; {@link Ending} tells what it means.
   */
  public CompletableFuture<Object> terminated() {
    return CompletableFuture.anyOf(node.terminated(), standing.removed());
  }

  /** The port on which it listens for clients. */
  public int clientPort() {
    return clientPort.port();
  }

  /** Hands leadership over, answers what is under way, and stops. */
  @Override
  public void close() {
    log.info("member {} stops", config.name());
    standing.stop();
    clientPort.close();
    node.close();
    timerThread.shutdownNow();
    background.shutdownNow();
  }
}
