// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.spi.SnapshotStore;
import dev.balsa.raft.spi.Transport.Handshake;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.Listener;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** A listener that keeps all it is told, for tests to wait for. */
public final class RecordingListener implements Listener {
  /** How long a test waits for what must happen, in seconds: long, because it ends sooner. */
  public static final long PATIENCE_SECONDS = 20;

  /** A message and its group. */
  public record Received(long group, Message message) {}

  /** What this member was refused for. */
  public record Refused(long peer, RefusedHandshake why) {
    public static Refused of(long peer, HandshakeRefusal reason) {
      return new Refused(peer, RefusedHandshake.of(reason));
    }
  }

  public final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
  public final BlockingQueue<Long> unreachable = new LinkedBlockingQueue<>();
  public final BlockingQueue<Refused> refused = new LinkedBlockingQueue<>();
  public final BlockingQueue<Handshake> handshakes = new LinkedBlockingQueue<>();

  /** How handshakes are judged. */
  public volatile Function<Handshake, RefusedHandshake> judge = handshake -> null;

  /** What is opened when a peer fetches a snapshot. */
  public volatile Supplier<SnapshotStore.Source> snapshot = () -> null;

  /** What a member that asks is told of the cluster. */
  public volatile Map<Long, String> addresses = Map.of();

  @Override
  public void onMessage(long group, Message message) {
    messages.add(new Received(group, message));
  }

  @Override
  public void onUnreachable(long peer) {
    unreachable.add(peer);
  }

  @Override
  public Map<Long, String> addresses() {
    return addresses;
  }

  @Override
  public RefusedHandshake onHandshake(Handshake handshake) {
    handshakes.add(handshake);
    return judge.apply(handshake);
  }

  @Override
  public void onRefused(long peer, RefusedHandshake why) {
    refused.add(new Refused(peer, why));
  }

  @Override
  public SnapshotStore.Source openSnapshot(long group, EntryId id) {
    return snapshot.get();
  }

  /** The next element, which must come. */
  public static <T> T await(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(next).as("what must have happened").isNotNull();
    return next;
  }
}
