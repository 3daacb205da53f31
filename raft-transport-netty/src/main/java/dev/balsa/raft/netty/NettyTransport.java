// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** Peers over TCP. */
public final class NettyTransport implements Transport {
  private NettyTransport(Builder builder) {}

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

    /** Changes settings. */
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

  /** Where this transport listens; only after {@link #start}. */
  public InetSocketAddress boundAddress() {
    throw new UnsupportedOperationException("to be written");
  }

  /** The counters, as they are now. */
  public TransportMetrics metrics() {
    throw new UnsupportedOperationException("to be written");
  }

  @Override
  public void start(LogIdentity self, Listener listener) throws IOException {
    throw new UnsupportedOperationException("to be written");
  }

  @Override
  public void addPeer(long id, String address) {}

  @Override
  public void removePeer(long id) {}

  @Override
  public void send(long group, Message message) {}

  @Override
  public void flush() {}

  @Override
  public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {}

  @Override
  public void close() {}
}
