// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.Introduction;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One member's end of a {@link MemoryNetwork}. Keeps to the contract of {@link Transport} with no
 * thread of its own: listeners and snapshot receivers are called by whoever delivers.
 */
public final class MemoryTransport implements Transport {
  private static final int CHUNK_BYTES = 4 << 10;

  private final MemoryNetwork network;
  private final String address;
  private final Map<Long, Peer> peers = new HashMap<>();
  private List<Queued> queued = new ArrayList<>();
  private volatile LogIdentity self;
  private volatile Listener listener;
  private volatile boolean closed;

  MemoryTransport(MemoryNetwork network, String address) {
    this.network = network;
    this.address = address;
  }

  /** A message that waits for the next flush. */
  private record Queued(long group, Message message) {}

  /** What is known of another member. Guarded by itself. */
  private static final class Peer {
    private String address;
    private MemoryTransport connection;
    private boolean unreachable;
  }

  @Override
  public void start(LogIdentity self, Listener listener) throws IOException {
    if (this.self != null) {
      throw new IllegalStateException("started twice");
    }
    this.self = self;
    this.listener = listener;
    if (!network.bind(address, this)) {
      throw new IOException("address in use: " + address + "; choose another");
    }
  }

  @Override
  public Introduction ask(String address) throws IOException {
    MemoryTransport there = network.at(address);
    if (there == null || there.closed) {
      throw new IOException("no answer from " + address);
    }
    return new Introduction(there.self.clusterId(), there.listener.addresses());
  }

  /** Where this member listens. */
  public String address() {
    return address;
  }

  @Override
  public void addPeer(long id, String address) {
    Peer peer;
    synchronized (this) {
      peer = peers.computeIfAbsent(id, any -> new Peer());
    }
    synchronized (peer) {
      if (!address.equals(peer.address)) {
        peer.address = address;
        peer.connection = null;
      }
    }
  }

  @Override
  public synchronized void removePeer(long id) {
    peers.remove(id);
  }

  private synchronized Peer peer(long id) {
    return peers.get(id);
  }

  @Override
  public synchronized void send(long group, Message message) {
    if (!closed) {
      queued.add(new Queued(group, message));
    }
  }

  @Override
  public void flush() {
    synchronized (this) {
      Set<Long> addressed = new TreeSet<>();
      for (Queued each : queued) {
        network.post(() -> deliver(each.group(), each.message()));
        addressed.add(each.message().to());
      }
      addressed.forEach(to -> network.countBurst(self.member().id(), to));
      queued = new ArrayList<>();
    }
    network.flushed();
  }

  private void deliver(long group, Message message) {
    Peer peer = peer(message.to());
    if (closed || peer == null) {
      return;
    }
    MemoryTransport there = connect(peer, message.route().to());
    if (there != null) {
      there.listener.onMessage(group, message);
      return;
    }
    synchronized (peer) {
      if (peer.unreachable) {
        return;
      }
      peer.unreachable = true;
    }
    listener.onUnreachable(message.to());
  }

  /** The other end, after a handshake if there is no connection; null if it cannot be reached. */
  private MemoryTransport connect(Peer peer, MemberId id) {
    MemoryTransport there;
    synchronized (peer) {
      there = network.at(peer.address);
      if (there == null || there.closed || network.isCut(self.member().id(), id.id())) {
        peer.connection = null;
        return null;
      }
      if (peer.connection == there) {
        return there;
      }
    }
    RefusedHandshake refused = there.judge(self, id);
    if (refused != null) {
      listener.onRefused(id.id(), refused);
      return null;
    }
    synchronized (peer) {
      peer.connection = there;
      peer.unreachable = false;
    }
    return there;
  }

  private RefusedHandshake judge(LogIdentity from, MemberId to) {
    if (from.clusterId() != self.clusterId()) {
      return RefusedHandshake.of(HandshakeRefusal.WRONG_CLUSTER);
    }
    if (!to.matches(self.member())) {
      return RefusedHandshake.of(HandshakeRefusal.NOT_FOR_ME);
    }
    return listener.onHandshake(
        new Handshake(from.clusterId(), from.member(), to, from.bootEpoch()));
  }

  @Override
  public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {
    network.post(() -> fetch(request, receiver));
    network.flushed();
  }

  private void fetch(SnapshotRequest request, SnapshotReceiver receiver) {
    try {
      MemoryTransport there = sender(request);
      try (SnapshotStore.Source source =
          there.listener.openSnapshot(request.group(), request.snapshot())) {
        if (source == null) {
          throw new IOException("no snapshot " + request.snapshot() + " at " + request.from());
        }
        copy(request, source, receiver);
      }
    } catch (IOException | RuntimeException e) {
      receiver.onFailure(e);
      return;
    }
    receiver.onComplete();
  }

  private MemoryTransport sender(SnapshotRequest request) throws IOException {
    Peer peer = peer(request.from().id());
    MemoryTransport there = closed || peer == null ? null : connect(peer, request.from());
    if (there == null) {
      throw new IOException("member " + request.from() + " cannot be reached");
    }
    return there;
  }

  private void copy(SnapshotRequest request, SnapshotStore.Source source, SnapshotReceiver receiver)
      throws IOException {
    try (SnapshotStore.Sink sink = receiver.begin(source.size(), source.digest())) {
      byte[] chunk = new byte[CHUNK_BYTES];
      while (sink.position() < source.size()) {
        int read = source.read(sink.position(), chunk, 0, chunk.length);
        sender(request);
        if (network.isCut(request.from().id(), self.member().id())) {
          throw new IOException("the connection to member " + request.from() + " was cut");
        }
        sink.write(chunk, 0, read);
      }
      sink.commit();
    }
  }

  @Override
  public void close() {
    closed = true;
    network.unbind(address, this);
  }
}
