// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import static dev.balsa.raft.contract.RecordingListener.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.contract.RecordingListener.Received;
import dev.balsa.raft.contract.RecordingListener.Refused;
import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.spi.Introduction;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import dev.balsa.raft.spi.Transport.Handshake;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import dev.balsa.raft.spi.Transport.SnapshotRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link Transport} does. A subclass says how to make one, and how to break the network
 * between two.
 *
 * <p>Transports may lose messages, so each test first waits until one gets through, and only then
 * counts on those that follow.
 */
@Timeout(120)
public abstract class TransportContract {
  /** A cluster of this id, in which every member's incarnation is ten times its id. */
  protected static final long CLUSTER = 77;

  private static final long GROUP = 5;

  /** Rounds below this are probes; each is sent once. */
  private static final long PROBES = -1_000_000;

  private long lastProbe = PROBES;
  private final Map<Long, Transport> transports = new HashMap<>();
  private final Map<Long, RecordingListener> listeners = new HashMap<>();

  /**
   * A transport for member {@code id}, not started, that will listen at {@code place}: a name of
   * the test's choosing that stands for one and the same address throughout a test.
   */
  protected abstract Transport create(long id, String place) throws IOException;

  /** Where {@code from} reaches a transport at {@code place}, whether or not one is there now. */
  protected abstract String address(long from, long to, String place) throws IOException;

  /** Cuts the connections that {@code from} has made to {@code to}, and lets it make no others. */
  protected abstract void cut(long from, long to);

  /** Undoes {@link #cut}. */
  protected abstract void heal(long from, long to);

  /** Has a stranger connect to the transport at this place and talk nonsense. */
  protected abstract void sendGarbage(String place) throws IOException;

  /** Closes what the subclass has opened. */
  protected abstract void closeNetwork() throws IOException;

  @AfterEach
  void closeAll() throws IOException {
    transports.values().forEach(Transport::close);
    closeNetwork();
  }

  /** Who member {@code id} is. */
  protected static LogIdentity identity(long id) {
    return new LogIdentity(CLUSTER, new MemberId(id, 10 * id), 1);
  }

  private RecordingListener start(long id) throws IOException {
    return start(identity(id), "place-" + id);
  }

  private RecordingListener start(LogIdentity self, String place) throws IOException {
    long id = self.member().id();
    Transport transport = create(id, place);
    RecordingListener listener = new RecordingListener();
    transports.put(id, transport);
    listeners.put(id, listener);
    transport.start(self, listener);
    return listener;
  }

  private Transport transport(long id) {
    return transports.get(id);
  }

  private RecordingListener listener(long id) {
    return listeners.get(id);
  }

  private void introduce(long from, long to) throws IOException {
    transport(from).addPeer(to, address(from, to, "place-" + to));
  }

  private static Message heartbeat(long from, long to, long round) {
    Route route = new Route(new MemberId(from, 10 * from), new MemberId(to, 0));
    return new Heartbeat(route, 2, EntryId.ZERO, round, true);
  }

  private void send(long from, long to, long round) {
    transport(from).send(GROUP, heartbeat(from, to, round));
  }

  /** Sends until one of the messages that were sent for this arrives. */
  private void awaitConnected(long from, long to) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    long before = lastProbe;
    boolean arrived = false;
    while (!arrived && System.nanoTime() - deadline < 0) {
      send(from, to, --lastProbe);
      transport(from).flush();
      Received received = listener(to).messages.poll(20, TimeUnit.MILLISECONDS);
      arrived = received != null && round(received) < before;
    }
    assertThat(arrived).as("member %d reaches member %d", from, to).isTrue();
  }

  private static long round(Received received) {
    return ((Heartbeat) received.message()).round();
  }

  private long nextRound(long at) throws InterruptedException {
    long round = PROBES;
    while (round <= PROBES) {
      round = round(await(listener(at).messages));
    }
    return round;
  }

  @Test
  void messagesOfOnePeerArriveInOrder() throws Exception {
    start(1);
    start(2);
    start(3);
    introduce(1, 2);
    introduce(1, 3);
    awaitConnected(1, 2);
    awaitConnected(1, 3);
    for (int round = 0; round < 2000; round++) {
      send(1, 2, round);
      send(1, 3, -2 - round);
      if (round % 7 == 0) {
        transport(1).flush();
      }
    }
    transport(1).flush();
    for (int round = 0; round < 2000; round++) {
      assertThat(nextRound(2)).isEqualTo(round);
      assertThat(nextRound(3)).isEqualTo(-2 - round);
    }
  }

  @Test
  void aMessageArrivesAsItWasSent() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    Entry large = Entry.of(new EntryId(4, 8), EntryType.NORMAL, new MemorySnapshot(300_000).bytes);
    Message append =
        new AppendEntries(
            heartbeat(1, 2, 0).route(),
            4,
            new EntryId(3, 6),
            List.of(Entry.noOp(new EntryId(4, 7)), large),
            6);
    transport(1).send(1L << 40, append);
    transport(1).flush();
    Received received = await(listener(2).messages);
    while (received.message() instanceof Heartbeat) {
      received = await(listener(2).messages);
    }
    assertThat(received).isEqualTo(new Received(1L << 40, append));
  }

  /** A heartbeat of each of thousands of groups, put on the wire by one flush. */
  @Test
  void messagesOfManyGroupsShareAFlush() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    int groups = 10_000;
    for (int group = 0; group < groups; group++) {
      transport(1).send(group, heartbeat(1, 2, group));
    }
    transport(1).flush();
    for (int group = 0; group < groups; group++) {
      Received received = await(listener(2).messages);
      while (round(received) <= PROBES) {
        received = await(listener(2).messages);
      }
      assertThat(received).isEqualTo(new Received(group, heartbeat(1, 2, group)));
    }
    assertThat(listener(1).unreachable).isEmpty();
  }

  /** One that belongs to no cluster yet asks before it starts, and need not be anybody. */
  @Test
  void whoeverAsksIsToldOfTheCluster() throws Exception {
    start(1);
    listener(1).addresses = Map.of(1L, "here", 2L, "there", 0x7fff_ffff_ffff_fff0L, "far away");
    Transport asking = create(9, "place-9");
    transports.put(9L, asking);
    Introduction told = asking.ask(address(9, 1, "place-1"));
    assertThat(told).isEqualTo(new Introduction(CLUSTER, listener(1).addresses));
    assertThat(listener(1).handshakes).isEmpty();
    String nobody = address(9, 2, "place-2");
    assertThatThrownBy(() -> asking.ask(nobody)).isInstanceOf(IOException.class);
  }

  @Test
  void bothSidesSpeak() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    introduce(2, 1);
    awaitConnected(1, 2);
    awaitConnected(2, 1);
    send(1, 2, 12);
    transport(1).flush();
    send(2, 1, 21);
    transport(2).flush();
    assertThat(nextRound(2)).isEqualTo(12);
    assertThat(nextRound(1)).isEqualTo(21);
  }

  @Test
  void aPeerThatIsDownIsReportedOnceForEachTimeThatItIs() throws Exception {
    RecordingListener one = start(1);
    introduce(1, 2);
    for (int episode = 1; episode <= 3; episode++) {
      while (one.unreachable.size() < episode) {
        send(1, 2, 0);
        transport(1).flush();
      }
      for (int i = 0; i < 100; i++) {
        send(1, 2, 0);
        transport(1).flush();
      }
      start(2);
      awaitConnected(1, 2);
      assertThat(one.unreachable).hasSize(episode).containsOnly(2L);
      transport(2).close();
    }
  }

  @Test
  void aCutIsReportedAndHeals() throws Exception {
    RecordingListener one = start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    cut(1, 2);
    while (one.unreachable.isEmpty()) {
      send(1, 2, 0);
      transport(1).flush();
    }
    heal(1, 2);
    awaitConnected(1, 2);
    send(1, 2, 7);
    transport(1).flush();
    long round = nextRound(2);
    while (round == 0) {
      round = nextRound(2);
    }
    assertThat(round).isEqualTo(7);
    assertThat(one.unreachable).hasSize(1);
  }

  @Test
  void aPeerMovesToAnotherAddress() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    transport(2).close();
    start(identity(2), "elsewhere");
    transport(1).addPeer(2, address(1, 2, "elsewhere"));
    awaitConnected(1, 2);
  }

  @Test
  void aRemovedPeerHearsNothing() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    transport(1).removePeer(2);
    send(1, 2, 100);
    transport(1).flush();
    introduce(1, 2);
    awaitConnected(1, 2);
    send(1, 2, 101);
    transport(1).flush();
    assertThat(nextRound(2)).isEqualTo(101);
  }

  @Test
  void peersMayBeNamedBeforeTheStart() throws Exception {
    start(2);
    Transport one = create(1, "place-1");
    transports.put(1L, one);
    one.addPeer(2, address(1, 2, "place-2"));
    one.start(identity(1), new RecordingListener());
    awaitConnected(1, 2);
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalReachesTheOneWhoIsRefused(HandshakeRefusal reason) throws Exception {
    RecordingListener one = start(1);
    RecordingListener two = start(2);
    RefusedHandshake refusal =
        new RefusedHandshake(reason, reason == HandshakeRefusal.OLDER_COPY ? 1L << 40 : 0);
    two.judge = handshake -> refusal;
    introduce(1, 2);
    while (one.refused.isEmpty()) {
      send(1, 2, 0);
      transport(1).flush();
    }
    assertThat(one.refused).containsOnly(new Refused(2, refusal));
    assertThat(two.messages).isEmpty();
    two.judge = handshake -> null;
    awaitConnected(1, 2);
  }

  @Test
  void aHandshakeSaysWhoComes() throws Exception {
    start(1);
    RecordingListener two = start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    assertThat(two.handshakes)
        .containsOnly(new Handshake(CLUSTER, new MemberId(1, 10), new MemberId(2, 0), 1));
  }

  @Test
  void anotherClusterIsRefusedWithoutAsking() throws Exception {
    RecordingListener one = start(new LogIdentity(78, new MemberId(1, 10), 1), "place-1");
    RecordingListener two = start(2);
    introduce(1, 2);
    while (one.refused.isEmpty()) {
      send(1, 2, 0);
      transport(1).flush();
    }
    assertThat(one.refused).containsOnly(Refused.of(2, HandshakeRefusal.WRONG_CLUSTER));
    assertThat(two.handshakes).isEmpty();
  }

  @Test
  void aPeerAtAnothersAddressIsRefusedWithoutAsking() throws Exception {
    RecordingListener one = start(1);
    RecordingListener two = start(2);
    transport(1).addPeer(3, address(1, 3, "place-2"));
    while (one.refused.isEmpty()) {
      send(1, 3, 0);
      transport(1).flush();
    }
    assertThat(one.refused).containsOnly(Refused.of(3, HandshakeRefusal.NOT_FOR_ME));
    assertThat(two.handshakes).isEmpty();
    assertThat(two.messages).isEmpty();
  }

  @Test
  void garbageOnThePortLeavesItServing() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    sendGarbage("place-2");
    send(1, 2, 7);
    transport(1).flush();
    assertThat(nextRound(2)).isEqualTo(7);
  }

  @Test
  void anAddressIsHeldByOneOnly() throws Exception {
    start(1);
    try (Transport second = create(2, "place-1")) {
      assertThatThrownBy(() -> second.start(identity(2), new RecordingListener()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(listenAddress("place-1"));
    }
  }

  /** How the address of this place is written. */
  protected abstract String listenAddress(String place);

  @Test
  void closedTwiceIsClosed() throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    transport(1).close();
    transport(1).close();
    send(1, 2, 3);
    transport(1).flush();
    start(1);
    introduce(1, 2);
    awaitConnected(1, 2);
    send(1, 2, 4);
    transport(1).flush();
    assertThat(nextRound(2)).isEqualTo(4);
  }

  // Snapshots

  private static final SnapshotRequest FETCH =
      new SnapshotRequest(GROUP, new MemberId(2, 20), MemorySnapshot.METADATA.id());

  private MemorySnapshot offer(int size) throws Exception {
    start(1);
    start(2);
    introduce(1, 2);
    awaitConnected(1, 2);
    MemorySnapshot snapshot = new MemorySnapshot(size);
    listener(2).snapshot = snapshot::source;
    return snapshot;
  }

  private static void assertFetched(MemorySnapshot snapshot, MemorySnapshot.Receiver receiver)
      throws InterruptedException {
    assertThat(await(receiver.outcomes)).isEqualTo("complete");
    assertThat(receiver.arrived.toByteArray()).isEqualTo(snapshot.bytes);
    assertThat(receiver.calls)
        .startsWith("begin " + snapshot.bytes.length + " 123456789abcdef0")
        .endsWith("commit");
    assertThat(receiver.outcomes).isEmpty();
  }

  @Test
  void aSnapshotIsFetchedAndCommitted() throws Exception {
    MemorySnapshot snapshot = offer(3_000_001);
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    transport(1).fetchSnapshot(FETCH, receiver);
    assertFetched(snapshot, receiver);
    awaitClosed(snapshot);
  }

  private static void awaitClosed(MemorySnapshot snapshot) {
    while (snapshot.open.get() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void anEmptySnapshotIsFetchedAndCommitted() throws Exception {
    MemorySnapshot snapshot = offer(0);
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    transport(1).fetchSnapshot(FETCH, receiver);
    assertFetched(snapshot, receiver);
  }

  @Test
  void aFetchThatWasCutGoesOnWhereItStopped() throws Exception {
    MemorySnapshot snapshot = offer(4_000_000);
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    receiver.beforeWrite =
        position -> {
          if (position > 0) {
            cut(1, 2);
          }
        };
    transport(1).fetchSnapshot(FETCH, receiver);
    assertThat(await(receiver.outcomes)).isInstanceOf(IOException.class);
    awaitClosed(snapshot);
    long arrived = receiver.arrived.size();
    assertThat(arrived).isPositive().isLessThan(snapshot.bytes.length);
    snapshot.reads.clear();
    receiver.beforeWrite = position -> {};
    receiver.calls.clear();
    heal(1, 2);
    transport(1).fetchSnapshot(FETCH, receiver);
    assertFetched(snapshot, receiver);
    assertThat(snapshot.reads.get(0)).isEqualTo(arrived);
  }

  @Test
  void aSnapshotThatIsGoneIsAFailure() throws Exception {
    offer(1);
    listener(2).snapshot = () -> null;
    assertFails(FETCH, new MemorySnapshot.Receiver(), "3/70");
  }

  @Test
  void aSnapshotOfAMemberWithoutAddressIsAFailure() throws Exception {
    start(1);
    assertFails(FETCH, new MemorySnapshot.Receiver(), "2#14");
  }

  @Test
  void aSnapshotOfAMemberThatIsDownIsAFailure() throws Exception {
    offer(1);
    transport(2).close();
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    transport(1).fetchSnapshot(FETCH, receiver);
    assertThat(await(receiver.outcomes)).isInstanceOf(IOException.class);
    assertThat(receiver.calls).isEmpty();
  }

  @Test
  void aSnapshotThatCannotBeReadIsAFailure() throws Exception {
    MemorySnapshot snapshot = offer(2_000_000);
    snapshot.beforeRead =
        position -> {
          if (position > 1_000_000) {
            throw new UncheckedIOException(new IOException("bad sector"));
          }
        };
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    transport(1).fetchSnapshot(FETCH, receiver);
    assertThat(await(receiver.outcomes)).isInstanceOf(Exception.class);
    assertThat(receiver.calls).doesNotContain("commit");
    awaitClosed(snapshot);
  }

  @Test
  void aSinkThatCannotBeWrittenIsAFailure() throws Exception {
    MemorySnapshot snapshot = offer(2_000_000);
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    receiver.beforeWrite =
        position -> {
          throw new UncheckedIOException(new IOException("disk full"));
        };
    assertFails(FETCH, receiver, "disk full");
    awaitClosed(snapshot);
    receiver.beforeWrite = position -> {};
    receiver.calls.clear();
    transport(1).fetchSnapshot(FETCH, receiver);
    assertFetched(snapshot, receiver);
  }

  @Test
  void aCommitThatFailsIsAFailure() throws Exception {
    offer(10_000);
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    receiver.commitFailure = new IOException("wrong digest");
    assertFails(FETCH, receiver, "wrong digest");
  }

  private void assertFails(
      SnapshotRequest request, MemorySnapshot.Receiver receiver, String message)
      throws InterruptedException {
    transport(1).fetchSnapshot(request, receiver);
    Object outcome = await(receiver.outcomes);
    assertThat(outcome).isInstanceOf(Exception.class);
    assertThat((Exception) outcome).hasMessageContaining(message);
    assertThat(receiver.outcomes).isEmpty();
  }
}
