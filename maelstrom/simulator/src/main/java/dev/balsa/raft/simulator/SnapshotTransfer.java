// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;

/**
 * One fetch of a snapshot, piece by piece, from the byte at which the sink stands. Ends early when
 * either side goes down or the wires between them are cut; what has arrived stays.
 */
final class SnapshotTransfer {
  private static final int MAX_PIECE_BYTES = 4096;

  private final SimulatedTransport.World world;
  private final SimulatedTransport local;
  private final Transport.SnapshotRequest request;
  private final Transport.SnapshotReceiver receiver;
  private SimulatedTransport remote;
  private SnapshotStore.Source source;
  private SnapshotStore.Sink sink;

  SnapshotTransfer(
      SimulatedTransport.World world,
      SimulatedTransport local,
      Transport.SnapshotRequest request,
      Transport.SnapshotReceiver receiver) {
    this.world = world;
    this.local = local;
    this.request = request;
    this.receiver = receiver;
  }

  void begin() {
    local.later(world.network().drawDelay() * 2, () -> step(this::open));
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A step that fails ends the fetch; a step in which this member crashes ends with it. */
  private void step(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      if (local.owner().isRunning()) {
        fail(e);
      }
    }
  }

  private void open() throws IOException {
    remote = world.directory().find(request.from().id());
    if (remote == null || !remote.isOpen() || !remote.isMember(request.from())) {
      throw new IOException("member " + request.from() + " is not there");
    }
    requireReachable();
    remote
        .owner()
        .run(
            () -> {
              try {
                source = remote.listener().openSnapshot(request.group(), request.snapshot());
              } catch (IOException e) {
                world.trace().note("no snapshot", remote.id(), e.getMessage());
              }
            });
    if (source == null) {
      throw new IOException("the snapshot " + request.snapshot() + " is gone");
    }
    sink = receiver.begin(source.size(), source.digest());
    world
        .trace()
        .note("fetch", local.id(), sink.position(), request + " from byte " + sink.position());
    next();
  }

  private void next() {
    local.later(world.network().drawDelay(), () -> step(this::copy));
  }

  private void copy() throws IOException {
    requireReachable();
    byte[] piece = new byte[1 + world.chance().below(MAX_PIECE_BYTES)];
    int[] read = {-1};
    IOException[] failure = new IOException[1];
    remote
        .owner()
        .run(
            () -> {
              try {
                read[0] = source.read(sink.position(), piece, 0, piece.length);
              } catch (IOException e) {
                failure[0] = e;
              }
            });
    if (failure[0] != null) {
      throw failure[0];
    }
    requireReachable();
    if (read[0] > 0) {
      sink.write(piece, 0, read[0]);
      next();
      return;
    }
    sink.commit();
    close();
    world.trace().note("fetched", local.id(), request.snapshot().index(), request);
    receiver.onComplete();
  }

  private void requireReachable() throws IOException {
    boolean isUp = remote.isOpen() && world.directory().find(remote.id()) == remote;
    if (!isUp || !local.isReachable(remote)) {
      throw new IOException("the connection to " + request.from() + " broke");
    }
  }

  private void fail(IOException cause) {
    world.trace().note("fetch failed", local.id(), cause.getMessage());
    try {
      close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    if (local.owner().isRunning()) {
      receiver.onFailure(cause);
    }
  }

  private void close() throws IOException {
    if (sink != null) {
      sink.close();
    }
    if (source != null && remote.owner().isRunning()) {
      source.close();
    }
  }
}
