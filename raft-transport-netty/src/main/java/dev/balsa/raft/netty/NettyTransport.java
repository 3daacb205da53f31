// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.spi.Introduction;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Peers over TCP. Each member dials each other: the connection that it has made carries what it
 * says, the one that was made to it what it hears; snapshots go on connections of their own.
 *
 * <p><b>Threads.</b> Every method may be called by any thread, and none but {@link #start}, {@link
 * #ask} and {@link #close} blocks. The listener is called by the event loop (one thread by
 * default), straight from the socket; snapshots are read and written by a few threads of their own.
 * All are daemons.
 *
 * <p><b>Trust.</b> The port believes nobody: frames have a limit before anything is allocated,
 * nothing is delivered before the handshake, and bytes that make no sense close their connection
 * only. What it does not do yet is to prove who a peer is: until it speaks TLS, bind it to networks
 * that you trust.
 */
public final class NettyTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final long CLOSE_SECONDS = 5;

  private final Address bind;
  private final TransportOptions options;
  private final Threads threads = new Threads();
  private final Counters counters = new Counters();
  private final Map<Long, Address> peersBeforeStart = new HashMap<>();
  private final ConcurrentHashMap<Long, PeerLink> links = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, SnapshotFetch> fetches = new ConcurrentHashMap<>();
  private final AtomicInteger fetchAttempts = new AtomicInteger();

  /** The values of {@code links}: what each flush runs through. */
  private volatile PeerLink[] linkArray = {};

  private volatile Wiring wiring;
  private volatile Incoming incoming;
  private volatile Channel listening;
  private volatile boolean closed;
  private ExecutorService files;
  private ExecutorService names;

  private NettyTransport(Builder builder) {
    this.bind = Address.parse(builder.address);
    this.options = builder.options;
  }

  /** Starts to describe a transport. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings. */
  public static final class Builder {
    private final TransportOptions options = new TransportOptions();
    private String address = "";

    private Builder() {}

    /**
     * Where to listen: {@code host:port}, an IPv6 host in brackets; port 0 for any that is free.
     */
    public Builder bind(String address) {
      this.address = address;
      return this;
    }

    /** Changes settings; they are not to be changed after {@link #build}. */
    public Builder options(Consumer<TransportOptions> change) {
      change.accept(options);
      return this;
    }

    /**
     * The transport; it does nothing before {@link Transport#start}.
     *
     * @throws IllegalArgumentException if the address is none
     */
    public NettyTransport build() {
      return new NettyTransport(this);
    }
  }

  @Override
  public synchronized void start(LogIdentity self, Listener listener) throws IOException {
    if (wiring != null || closed) {
      throw new IllegalStateException("a transport starts once");
    }
    String name = "balsa-transport-" + Long.toHexString(self.member().id());
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            options.eventLoopThreads, threads.named(name), NioIoHandler.newFactory());
    files = threads.pool(options.snapshotThreads, name + "-snapshots");
    // Not among the threads that close() waits for: a name server's silence cannot be interrupted.
    names = new Threads().pool(2, name + "-names");
    ChannelGroup channels = new DefaultChannelGroup(loops.next(), true);
    Wiring parts =
        new Wiring(
            options, self, listener, loops, files, names, channels, counters, new LimitedLog());
    Incoming accepted = new Incoming(options, this::onPeer);
    try {
      listening = listen(parts, accepted);
    } catch (IOException e) {
      closed = true;
      shutDown(parts);
      throw e;
    }
    incoming = accepted;
    wiring = parts;
    peersBeforeStart.forEach(this::addLink);
    peersBeforeStart.clear();
    LOG.info("member {} listens for peers on {}", self.member(), boundAddress());
  }

  private Channel listen(Wiring parts, Incoming accepted) throws IOException {
    InetSocketAddress address;
    try {
      address = bind.resolve(0);
    } catch (UnknownHostException e) {
      throw new IOException(
          "cannot listen on " + bind + ": no such host; name an address of this machine", e);
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(parts.loops())
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    accept(parts, accepted, channel);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on "
              + bind
              + ": "
              + bound.cause().getMessage()
              + "; stop whoever holds the port, or choose another address of this machine",
          bound.cause());
    }
    return bound.channel();
  }

  private static void accept(Wiring parts, Incoming accepted, SocketChannel channel) {
    if (accepted.admit(channel)) {
      parts.channels().add(channel);
      channel.pipeline().addLast(new Acceptor(parts, accepted));
      return;
    }
    parts.counters().refusedConnections.increment();
    parts
        .warnings()
        .warn(
            LimitedLog.Kind.TOO_MANY_CONNECTIONS,
            "refused a connection from "
                + channel.remoteAddress()
                + ": there are "
                + parts.options().maxConnections
                + " already (option maxConnections)");
    channel.close();
  }

  /** A peer that reaches us is up: our own connection need not wait for its turn. */
  private void onPeer(long id) {
    PeerLink link = links.get(id);
    if (link != null) {
      link.hasten();
    }
  }

  /**
   * Where this transport listens; null before {@link #start}. Tells the port if it was left open.
   */
  public InetSocketAddress boundAddress() {
    Channel channel = listening;
    return channel == null ? null : (InetSocketAddress) channel.localAddress();
  }

  /** The counters, as they are now. */
  public TransportMetrics metrics() {
    List<TransportMetrics.PeerMetrics> peers = new ArrayList<>();
    for (PeerLink link : linkArray) {
      peers.add(link.metrics());
    }
    Incoming accepted = incoming;
    return new TransportMetrics(
        peers,
        accepted == null ? 0 : accepted.open(),
        counters.refusedConnections.sum(),
        counters.malformedConnections.sum(),
        counters.snapshotBytesSent.sum(),
        counters.snapshotBytesReceived.sum());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code address} is not {@code host:port}
   */
  @Override
  public synchronized void addPeer(long id, String address) {
    Address parsed = Address.parse(address);
    if (closed) {
      return;
    }
    if (wiring == null) {
      peersBeforeStart.put(id, parsed);
    } else {
      addLink(id, parsed);
    }
  }

  @Override
  public Introduction ask(String address) throws IOException {
    return Question.ask(Address.parse(address), options);
  }

  private void addLink(long id, Address address) {
    PeerLink known = links.get(id);
    if (known != null) {
      known.moveTo(address);
      return;
    }
    PeerLink link = new PeerLink(wiring, id, address);
    links.put(id, link);
    listLinks();
    link.open();
  }

  private void listLinks() {
    linkArray =
        links.values().stream()
            .sorted(Comparator.comparingLong(PeerLink::id))
            .toArray(PeerLink[]::new);
  }

  @Override
  public synchronized void removePeer(long id) {
    peersBeforeStart.remove(id);
    PeerLink link = links.remove(id);
    if (link != null) {
      listLinks();
      link.close();
      incoming.closeAll(id);
      counters.forget(id);
    }
  }

  @Override
  public void send(long group, Message message) {
    PeerLink link = links.get(message.to());
    if (link != null) {
      link.offer(group, message);
    }
  }

  @Override
  public void flush() {
    for (PeerLink link : linkArray) {
      link.flush();
    }
  }

  @Override
  public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {
    SnapshotFetch fetch = null;
    String refusal;
    synchronized (this) {
      PeerLink link = links.get(request.from().id());
      if (closed || wiring == null) {
        refusal = "the transport is not running";
      } else if (link == null) {
        refusal = "no address is known of member " + request.from();
      } else if (fetches.containsKey(request.group())) {
        refusal = "a snapshot of group " + request.group() + " is being fetched already";
      } else if (fetches.size() >= options.maxSnapshotTransfers) {
        refusal = fetches.size() + " snapshots are being fetched (option maxSnapshotTransfers)";
      } else {
        refusal = null;
        fetch = new SnapshotFetch(wiring, request, receiver, () -> fetches.remove(request.group()));
        fetches.put(request.group(), fetch);
        fetch.start(link.address(), fetchAttempts.getAndIncrement());
      }
    }
    if (refusal != null) {
      receiver.onFailure(new IOException(refusal));
    }
  }

  /**
   * Closes the port and every connection; snapshots that are being fetched end with a failure. On
   * return no thread of the transport runs, unless called by one of them.
   */
  @Override
  public void close() {
    Wiring parts;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      parts = wiring;
      fetches.values().forEach(SnapshotFetch::abort);
      links.values().forEach(PeerLink::close);
    }
    if (parts != null) {
      listening.close();
      shutDown(parts);
    }
  }

  private void shutDown(Wiring parts) {
    boolean ownThread = threads.isOneOfUs(Thread.currentThread());
    ChannelGroupFuture channelsClosed = parts.channels().close();
    if (!ownThread) {
      // So that each handler sees its connection end while the event loop still runs its tasks.
      channelsClosed.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
    // No quiet period: nothing new can begin, and nobody should wait for it.
    parts.loops().shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    names.shutdownNow();
    if (ownThread) {
      // Nobody can wait for themselves; a snapshot that is being written is left to end by itself.
      files.shutdown();
      return;
    }
    parts.loops().terminationFuture().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    files.shutdown();
    try {
      String left = threads.join(CLOSE_SECONDS);
      if (left != null) {
        LOG.warn("left behind after {} s: thread {}", CLOSE_SECONDS, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
