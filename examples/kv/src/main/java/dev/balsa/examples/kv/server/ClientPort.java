// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The server that clients talk to: gRPC, and a little HTTP. */
final class ClientPort implements AutoCloseable {
  /** Stock clients ping every ten seconds; gRPC's own default would cut them off for that. */
  private static final int MIN_KEEPALIVE_SECONDS = 5;

  private static final int FLOW_CONTROL_WINDOW_BYTES = 1 << 20;
  private static final int GOODBYE_SECONDS = 2;

  private final EventLoopGroup loops;
  private final Server server;

  private ClientPort(EventLoopGroup loops, Server server) {
    this.loops = loops;
    this.server = server;
  }

  /**
   * Starts to serve.
   *
   * @throws StartException if an address cannot be bound
   */
  static ClientPort open(
      List<String> urls, Door door, ProtocolSwitch protocols, List<BindableService> services)
      throws StartException {
    // Calls run on the event loops themselves, so a few serve all connections.
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("kv-client", true), NioIoHandler.newFactory());
    NettyServerBuilder builder = NettyServerBuilder.forAddress(Url.parse(urls.get(0)).resolve());
    for (String url : urls.subList(1, urls.size())) {
      builder.addListenAddress(Url.parse(url).resolve());
    }
    builder
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .channelType(NioServerSocketChannel.class)
        .directExecutor()
        .protocolNegotiator(protocols)
        .permitKeepAliveTime(MIN_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxInboundMessageSize(Door.MAX_INBOUND_BYTES)
        .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
        .intercept(door)
        .intercept(LeaderCalls.marker());
    services.forEach(builder::addService);
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      server.shutdownNow();
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new StartException(
          "cannot listen for clients on "
              + String.join(", ", urls)
              + ": "
              + reason.getMessage()
              + "; stop what uses the address, or give another with --listen-client-urls",
          e);
    }
    return new ClientPort(loops, server);
  }

  /** The port of the first address, which is of interest if any free one was asked for. */
  int port() {
    return server.getPort();
  }

  /** Takes no more calls, and gives those under way a moment. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(GOODBYE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, GOODBYE_SECONDS, TimeUnit.SECONDS);
  }
}
