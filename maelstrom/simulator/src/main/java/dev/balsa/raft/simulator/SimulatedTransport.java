// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.message.MalformedMessageException;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageCodec;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;

/**
 * A transport of one run of one member, over the simulated network: connections that have to be
 * made and can break, handshakes, and snapshots on a way of their own.
 */
final class SimulatedTransport implements Transport {
  private static final long RECONNECT_NANOS = 20_000_000;

  private enum State {
    DISCONNECTED,
    CONNECTING,
    CONNECTED,
    REFUSED
  }

  private static final class Peer {
    private State state = State.DISCONNECTED;

    /** The run of the peer to which the connection leads. */
    private int boot;

    private boolean toldUnreachable;
  }

  /** The world around one transport. */
  record World(
      Scheduler scheduler,
      SimulatedNetwork network,
      Chance chance,
      Trace trace,
      MessageCodec codec,
      Directory directory) {}

  /** Finds the other members' transports. */
  interface Directory {
    /** The transport of the running member with this id, null if it is down. */
    SimulatedTransport find(long id);
  }

  private final World world;
  private final SimulatedMember<?> owner;
  private final TreeMap<Long, Peer> peers = new TreeMap<>();
  private LogIdentity self;
  private Listener listener;
  private boolean closed;

  SimulatedTransport(World world, SimulatedMember<?> owner) {
    this.world = world;
    this.owner = owner;
  }

  long id() {
    return owner.id();
  }

  SimulatedMember<?> owner() {
    return owner;
  }

  Listener listener() {
    return listener;
  }

  /** Whether it has started and is not closed. */
  boolean isOpen() {
    return listener != null && !closed;
  }

  /** Whether it is this member that is meant. */
  boolean isMember(MemberId member) {
    return self != null && self.member().matches(member);
  }

  @Override
  public void start(LogIdentity self, Listener listener) {
    this.self = self;
    this.listener = listener;
    peers.forEach(this::connect);
  }

  @Override
  public void addPeer(long id, String address) {
    Peer peer = peers.computeIfAbsent(id, key -> new Peer());
    if (isOpen()) {
      connect(id, peer);
    }
  }

  @Override
  public void removePeer(long id) {
    peers.remove(id);
  }

  @Override
  public void send(long group, Message message) {
    if (!isOpen() || !owner.isRunning()) {
      return;
    }
    owner.onSend(message);
    Peer peer = peers.get(message.to());
    if (peer == null) {
      return;
    }
    if (peer.state == State.CONNECTED && peer.boot != world.network.boot(message.to())) {
      peer.state = State.DISCONNECTED;
    }
    if (peer.state != State.CONNECTED) {
      connect(message.to(), peer);
      tellUnreachable(message.to(), peer);
      return;
    }
    byte[] frame = join(world.codec.encode(group, message));
    world.trace.note("send", id(), Digests.of(frame), message);
    world.network.send(id(), message.to(), frame);
  }

  @Override
  public void flush() {}

  /** A frame came off the wire. */
  void receive(long from, byte[] frame) {
    if (!isOpen()) {
      return;
    }
    MessageCodec.Envelope envelope;
    try {
      envelope = world.codec.decode(ByteBuffer.wrap(frame));
    } catch (MalformedMessageException e) {
      world.trace.note("malformed", id(), Digests.of(frame), e.getMessage());
      return;
    }
    world.trace.note("receive", id(), Digests.of(frame), envelope.message());
    listener.onMessage(envelope.group(), envelope.message());
  }

  private static byte[] join(List<ByteBuffer> buffers) {
    int length = 0;
    for (ByteBuffer buffer : buffers) {
      length += buffer.remaining();
    }
    ByteBuffer frame = ByteBuffer.allocate(length);
    buffers.forEach(frame::put);
    return frame.array();
  }

  private void tellUnreachable(long id, Peer peer) {
    if (!peer.toldUnreachable) {
      peer.toldUnreachable = true;
      later(0, () -> listener.onUnreachable(id));
    }
  }

  private void connect(long id, Peer peer) {
    if (peer.state == State.CONNECTING || peer.state == State.CONNECTED) {
      return;
    }
    peer.state = State.CONNECTING;
    later(world.network.drawDelay() * 2, () -> onConnected(id, peer));
  }

  private void onConnected(long id, Peer peer) {
    SimulatedTransport remote = world.directory.find(id);
    if (remote == null || !remote.isOpen() || !isReachable(remote)) {
      retryLater(id, peer);
      return;
    }
    Handshake handshake =
        new Handshake(self.clusterId(), self.member(), new MemberId(id, 0), self.bootEpoch());
    RefusedHandshake refused = remote.listener.onHandshake(handshake);
    if (refused != null) {
      HandshakeRefusal reason = refused.reason();
      world.trace.note("refused", id(), reason.ordinal(), "by m" + id + ": " + reason);
      listener.onRefused(id, refused);
      retryLater(id, peer);
      return;
    }
    world.trace.note("connected", id(), id, "to m" + id);
    peer.state = State.CONNECTED;
    peer.boot = world.network.boot(id);
    peer.toldUnreachable = false;
  }

  private void retryLater(long id, Peer peer) {
    peer.state = State.REFUSED;
    later(
        world.chance.between(RECONNECT_NANOS / 2, RECONNECT_NANOS),
        () -> {
          peer.state = State.DISCONNECTED;
          if (peers.get(id) == peer) {
            connect(id, peer);
          }
        });
  }

  /** Whether this one and the other can exchange bytes now. */
  boolean isReachable(SimulatedTransport remote) {
    return world.network.isConnected(id(), remote.id()) && !remote.owner.isPaused();
  }

  @Override
  public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {
    new SnapshotTransfer(world, this, request, receiver).begin();
  }

  /** Lets this happen later, unless the member is down by then. */
  void later(long delayNanos, Runnable action) {
    owner.later(
        delayNanos,
        () -> {
          if (!closed) {
            action.run();
          }
        });
  }

  @Override
  public void close() {
    closed = true;
  }
}
