// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.contract.TransportContract;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** The contract, over loopback; each address that a peer is given leads through a proxy. */
class NettyTransportContractTest extends TransportContract {
  private record Way(long from, long to, String place) {}

  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private final Map<Way, CuttableProxy> proxies = new ConcurrentHashMap<>();

  @Override
  protected Transport create(long id, String place) throws IOException {
    return NettyTransport.builder()
        .bind("127.0.0.1:" + port(place))
        .options(
            options ->
                options
                    .reconnect(Duration.ofMillis(5), Duration.ofMillis(100))
                    .snapshotChunkBytes(64 << 10))
        .build();
  }

  /** The same at each call, so that a member that comes back is where it was. */
  private int port(String place) throws IOException {
    Integer known = ports.get(place);
    if (known == null) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        known = free.getLocalPort();
      }
      ports.put(place, known);
    }
    return known;
  }

  @Override
  protected String address(long from, long to, String place) throws IOException {
    Way way = new Way(from, to, place);
    CuttableProxy proxy = proxies.get(way);
    if (proxy == null) {
      int port = port(place);
      proxy = new CuttableProxy(() -> port);
      proxies.put(way, proxy);
    }
    return proxy.address();
  }

  @Override
  protected void cut(long from, long to) {
    proxies.forEach(
        (way, proxy) -> {
          if (way.from() == from && way.to() == to) {
            proxy.cut();
          }
        });
  }

  @Override
  protected void heal(long from, long to) {
    proxies.forEach(
        (way, proxy) -> {
          if (way.from() == from && way.to() == to) {
            proxy.heal();
          }
        });
  }

  @Override
  protected void sendGarbage(String place) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      byte[] garbage = new byte[1 + random.nextInt(2000)];
      random.nextBytes(garbage);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(place))) {
        socket.getOutputStream().write(garbage);
        while (socket.getInputStream().read() >= 0) {
          // It says nothing that we wait for; we wait for it to hang up.
        }
      } catch (SocketException e) {
        // It hung up before we had said everything.
      }
    }
  }

  @Override
  protected String listenAddress(String place) {
    return "127.0.0.1:" + ports.get(place);
  }

  @Override
  protected void closeNetwork() throws IOException {
    for (CuttableProxy proxy : proxies.values()) {
      proxy.close();
    }
  }
}
