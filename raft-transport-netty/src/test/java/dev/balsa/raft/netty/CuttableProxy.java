// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** A port that leads to another one, until it is cut. */
final class CuttableProxy implements AutoCloseable {
  private final ServerSocket server;
  private final IntSupplier target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /** Leads to the loopback port that {@code target} names at each connection; 0 is nowhere. */
  CuttableProxy(IntSupplier target) throws IOException {
    this.target = target;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        daemon(() -> connect(near));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void connect(Socket near) {
    try (near;
        Socket far = new Socket()) {
      sockets.add(near);
      sockets.add(far);
      if (cut || target.getAsInt() == 0) {
        return;
      }
      far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.getAsInt()));
      daemon(() -> copy(far, near));
      copy(near, far);
    } catch (IOException e) {
      // The connection ends, which is what this is for.
    } finally {
      sockets.remove(near);
    }
  }

  private static void copy(Socket from, Socket to) {
    byte[] buffer = new byte[16 << 10];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      int read = in.read(buffer);
      while (read >= 0) {
        out.write(buffer, 0, read);
        read = in.read(buffer);
      }
    } catch (IOException e) {
      // Likewise.
    }
  }

  /** Ends all connections, and each new one. */
  void cut() {
    cut = true;
    for (Socket socket : sockets) {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed enough.
    }
  }

  void heal() {
    cut = false;
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
