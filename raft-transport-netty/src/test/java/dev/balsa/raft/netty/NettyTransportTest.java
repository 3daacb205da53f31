// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import static dev.balsa.raft.contract.RecordingListener.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.contract.MemorySnapshot;
import dev.balsa.raft.contract.RecordingListener;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.netty.TransportMetrics.PeerMetrics;
import dev.balsa.raft.netty.proto.Wire;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import dev.balsa.raft.spi.Transport.SnapshotRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the contract does not say: the connection itself, and what can be done to it. */
@Timeout(120)
class NettyTransportTest {
  private static final long CLUSTER = 77;
  private static final MemberId ONE = new MemberId(1, 10);
  private static final MemberId TWO = new MemberId(2, 20);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final RecordingListener listener = new RecordingListener();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private NettyTransport start(MemberId self, Consumer<TransportOptions> options)
      throws IOException {
    NettyTransport transport =
        NettyTransport.builder().bind("127.0.0.1:0").options(options).build();
    open.add(transport);
    transport.start(new LogIdentity(CLUSTER, self, 1), listener);
    return transport;
  }

  private NettyTransport start() throws IOException {
    return start(ONE, options -> {});
  }

  private RawPeer dial(NettyTransport transport) throws IOException {
    RawPeer peer = RawPeer.dial(transport.boundAddress());
    open.add(peer);
    return peer;
  }

  private static Wire.Hello.Builder hello() {
    return Wire.Hello.newBuilder()
        .setMinVersion(1)
        .setMaxVersion(1)
        .setClusterId(CLUSTER)
        .setFromId(2)
        .setFromIncarnation(20)
        .setToId(1)
        .setBootEpoch(1)
        .setPurpose(Handshakes.PURPOSE_MESSAGES);
  }

  private static Message heartbeat(MemberId from, MemberId to, long round) {
    return new Heartbeat(new Route(from, to), 1, EntryId.ZERO, round, true);
  }

  /** A peer that we play, which accepts what the transport dials. */
  private ServerSocket playPeer(NettyTransport transport) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    open.add(server);
    transport.addPeer(2, "127.0.0.1:" + server.getLocalPort());
    return server;
  }

  private RawPeer accept(ServerSocket server) throws IOException {
    RawPeer peer = new RawPeer(server.accept());
    open.add(peer);
    Wire.Hello hello = Wire.Hello.parseFrom(peer.readFirstFrame());
    assertThat(hello.getFromId()).isEqualTo(1);
    return peer;
  }

  private static Wire.HelloReply accepted() {
    return Wire.HelloReply.newBuilder()
        .setVersion(1)
        .setClusterId(CLUSTER)
        .setId(2)
        .setIncarnation(20)
        .build();
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as("time left").isNegative();
      Thread.onSpinWait();
    }
  }

  // Incoming connections

  @Test
  void anHonestPeerIsHeard() throws Exception {
    NettyTransport transport = start();
    RawPeer peer = dial(transport).hello(hello().build());
    Wire.HelloReply reply = peer.readReply();
    assertThat(reply.getVersion()).isEqualTo(1);
    assertThat(reply.getRefusal()).isZero();
    assertThat(reply.getId()).isEqualTo(1);
    assertThat(reply.getIncarnation()).isEqualTo(10);
    peer.message(5, heartbeat(TWO, ONE, 3));
    assertThat(await(listener.messages).message()).isEqualTo(heartbeat(TWO, ONE, 3));
  }

  @Test
  void anEmptyFrameIsAnsweredByOne() throws Exception {
    RawPeer peer = dial(start()).hello(hello().build());
    peer.readReply();
    assertThat(peer.frame(new byte[0]).readFrame()).isEmpty();
  }

  @Test
  void noCommonVersionIsRefused() throws Exception {
    NettyTransport transport = start();
    RawPeer peer = dial(transport).hello(hello().setMinVersion(2).setMaxVersion(9).build());
    Wire.HelloReply reply = peer.readReply();
    assertThat(reply.getVersion()).isZero();
    assertThat(Handshakes.refusal(reply.getRefusal()))
        .isEqualTo(HandshakeRefusal.NO_COMMON_VERSION);
    peer.awaitEnd();
    assertThat(transport.metrics().refusedConnections()).isEqualTo(1);
    assertThat(listener.handshakes).isEmpty();
  }

  @Test
  void aVersionRangeThatHoldsOursIsAccepted() throws Exception {
    RawPeer peer = dial(start()).hello(hello().setMinVersion(0).setMaxVersion(9).build());
    assertThat(peer.readReply().getVersion()).isEqualTo(1);
  }

  @Test
  void anotherIncarnationOfThisMemberIsNotForMe() throws Exception {
    RawPeer peer = dial(start()).hello(hello().setToIncarnation(11).build());
    assertThat(Handshakes.refusal(peer.readReply().getRefusal()))
        .isEqualTo(HandshakeRefusal.NOT_FOR_ME);
  }

  @Test
  void bytesThatAreNotOursCloseTheirConnection() throws Exception {
    NettyTransport transport = start();
    byte[] almost = RawPeer.MAGIC.clone();
    almost[7] = 1;
    List<byte[]> openings =
        List.of(
            almost,
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            new byte[] {0x16, 3, 1, 0, 5});
    for (byte[] opening : openings) {
      assertThat(dial(transport).write(opening).awaitEnd()).isZero();
    }
    assertThat(dial(transport).write(RawPeer.MAGIC).writeInt(1025).awaitEnd()).isZero();
    assertThat(dial(transport).write(RawPeer.MAGIC).writeInt(-1).awaitEnd()).isZero();
    byte[] noProtobuf = {(byte) 0xff, 1, 2};
    assertThat(dial(transport).write(RawPeer.MAGIC).frame(noProtobuf).awaitEnd()).isZero();
    assertThat(dial(transport).hello(hello().setFromId(0).build()).awaitEnd()).isZero();
    assertThat(dial(transport).hello(hello().setPurpose(4).build()).awaitEnd()).isZero();
    awaitTrue(() -> transport.metrics().malformedConnections() == 8);
    assertThat(listener.handshakes).hasSize(1);
    anHonestPeerIsHeardBy(transport);
  }

  private void anHonestPeerIsHeardBy(NettyTransport transport) throws Exception {
    RawPeer peer = dial(transport).hello(hello().build());
    peer.readReply();
    peer.message(5, heartbeat(TWO, ONE, 99));
    assertThat(await(listener.messages).message()).isEqualTo(heartbeat(TWO, ONE, 99));
  }

  @Test
  void aFrameOverTheLimitClosesItsConnectionBeforeItArrives() throws Exception {
    NettyTransport transport = start(ONE, options -> options.maxFrameBytes(4096));
    RawPeer peer = dial(transport).hello(hello().build());
    peer.readReply();
    peer.writeInt(4097);
    assertThat(peer.awaitEnd()).isZero();
    assertThat(transport.metrics().malformedConnections()).isEqualTo(1);
    anHonestPeerIsHeardBy(transport);
  }

  @Test
  void aDamagedMessageClosesItsConnectionAndNothingAfterItIsHeard() throws Exception {
    NettyTransport transport = start();
    RawPeer peer = dial(transport).hello(hello().build());
    peer.readReply();
    peer.frame(new byte[] {1, 2, 3}).message(5, heartbeat(TWO, ONE, 1));
    peer.awaitEnd();
    assertThat(listener.messages).isEmpty();
    anHonestPeerIsHeardBy(transport);
  }

  @Test
  void nobodySpeaksForAnother() throws Exception {
    NettyTransport transport = start();
    MemberId three = new MemberId(3, 30);
    MemberId reborn = new MemberId(2, 21);
    for (Message message :
        List.of(heartbeat(three, ONE, 1), heartbeat(reborn, ONE, 1), heartbeat(TWO, three, 1))) {
      RawPeer peer = dial(transport).hello(hello().build());
      peer.readReply();
      peer.message(5, message);
      peer.awaitEnd();
    }
    assertThat(listener.messages).isEmpty();
    assertThat(transport.metrics().malformedConnections()).isEqualTo(3);
  }

  @Test
  void nothingIsHeardBeforeTheHandshakeIsJudged() throws Exception {
    NettyTransport transport = start();
    listener.judge = handshake -> RefusedHandshake.of(HandshakeRefusal.NOT_ALLOWED);
    RawPeer peer = dial(transport).hello(hello().build()).message(5, heartbeat(TWO, ONE, 1));
    assertThat(Handshakes.refusal(peer.readReply().getRefusal()))
        .isEqualTo(HandshakeRefusal.NOT_ALLOWED);
    peer.awaitEnd();
    assertThat(listener.messages).isEmpty();
  }

  /** A member that knows no such reason is refused as well: it reads a code that it cannot name. */
  @Test
  @Tag("W28")
  void anOlderCopyIsToldWhatWasSeenOfItsDirectory() throws Exception {
    NettyTransport transport = start();
    listener.judge =
        handshake -> new RefusedHandshake(HandshakeRefusal.OLDER_COPY, handshake.bootEpoch() + 1);
    RawPeer peer = dial(transport).hello(hello().setBootEpoch(41).build());
    Wire.HelloReply reply = peer.readReply();
    assertThat(reply.getVersion()).isZero();
    assertThat(reply.getRefusal()).isEqualTo(7);
    assertThat(reply.getSeenBootEpoch()).isEqualTo(42);
    peer.awaitEnd();
    assertThat(listener.messages).isEmpty();
  }

  @Test
  void aHandshakeThatDoesNotEndIsEnded() throws Exception {
    NettyTransport transport =
        start(ONE, options -> options.handshakeTimeout(Duration.ofMillis(50)));
    assertThat(dial(transport).write((byte) 'B').awaitEnd()).isZero();
    assertThat(transport.metrics().refusedConnections()).isEqualTo(1);
  }

  @Test
  void strangersWhoHoldConnectionsOpenKeepOutNoMember() throws Exception {
    NettyTransport transport = start(ONE, options -> options.maxHalfOpenConnections(10));
    List<RawPeer> strangers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      strangers.add(dial(transport));
    }
    anHonestPeerIsHeardBy(transport);
    for (int i = 0; i < 20; i++) {
      strangers.get(i).awaitEnd();
    }
    awaitTrue(() -> transport.metrics().connections() <= 11);
  }

  @Test
  void thereIsALimitToConnections() throws Exception {
    NettyTransport transport = start(ONE, options -> options.maxConnections(2));
    for (int id = 2; id <= 3; id++) {
      dial(transport).hello(hello().setFromId(id).build()).readReply();
    }
    assertThat(dial(transport).hello(hello().setFromId(4).build()).awaitEnd()).isZero();
    assertThat(transport.metrics().connections()).isEqualTo(2);
    assertThat(transport.metrics().refusedConnections()).isEqualTo(1);
  }

  @Test
  void aPeersNewConnectionEndsItsOldOne() throws Exception {
    NettyTransport transport = start();
    RawPeer old = dial(transport).hello(hello().build());
    old.readReply();
    RawPeer next = dial(transport).hello(hello().build());
    next.readReply();
    assertThat(old.awaitEnd()).isZero();
    next.message(5, heartbeat(TWO, ONE, 2));
    assertThat(await(listener.messages).message()).isEqualTo(heartbeat(TWO, ONE, 2));
  }

  @Test
  void aSilentPeerIsHungUpOn() throws Exception {
    NettyTransport transport =
        start(ONE, options -> options.keepAlive(Duration.ofMillis(20), Duration.ofMillis(60)));
    RawPeer peer = dial(transport).hello(hello().build());
    peer.readReply();
    assertThat(peer.awaitEnd()).isZero();
  }

  @Test
  void aRemovedPeerIsHungUpOn() throws Exception {
    NettyTransport transport = start();
    playPeer(transport);
    RawPeer peer = dial(transport).hello(hello().build());
    peer.readReply();
    peer.message(5, heartbeat(TWO, ONE, 2));
    await(listener.messages);
    transport.removePeer(2);
    peer.awaitEnd();
    assertThat(transport.metrics().peers()).isEmpty();
  }

  @Test
  void aListenerThatFailsEndsNothing() throws Exception {
    NettyTransport transport =
        NettyTransport.builder().bind("127.0.0.1:0").options(options -> {}).build();
    open.add(transport);
    transport.start(
        new LogIdentity(CLUSTER, ONE, 1),
        new ForwardingListener(listener) {
          @Override
          public void onMessage(long group, Message message) {
            if (group == 6) {
              throw new IllegalStateException("a test's failure");
            }
            super.onMessage(group, message);
          }
        });
    RawPeer peer = dial(transport).hello(hello().build());
    peer.readReply();
    peer.message(6, heartbeat(TWO, ONE, 1)).message(5, heartbeat(TWO, ONE, 2));
    assertThat(await(listener.messages).message()).isEqualTo(heartbeat(TWO, ONE, 2));
  }

  // Outgoing connections

  @Test
  void whatIsSentWhileDiallingIsHeardOnceConnected() throws Exception {
    NettyTransport transport = start();
    ServerSocket server = playPeer(transport);
    RawPeer peer = accept(server);
    transport.send(5, heartbeat(ONE, TWO, 8));
    transport.flush();
    peer.reply(accepted());
    assertThat(new ProtobufMessageCodec().decode(ByteBuffer.wrap(peer.readFrame())).message())
        .isEqualTo(heartbeat(ONE, TWO, 8));
    assertThat(listener.unreachable).isEmpty();
  }

  @Test
  void aPeerThatDoesNotReadIsReportedAndCostsABoundedQueue() throws Exception {
    int maxQueued = 4 << 20;
    NettyTransport transport =
        start(ONE, options -> options.maxQueuedBytes(maxQueued).writeBufferBytes(64 << 10));
    accept(playPeer(transport)).reply(accepted());
    awaitTrue(() -> peer(transport).connected());
    Message large =
        new Propose(new Route(ONE, TWO), 1, new RequestId(1, 1), List.of(new byte[100_000]));
    for (int i = 0; i < 1000; i++) {
      transport.send(5, large);
      transport.flush();
    }
    assertThat(await(listener.unreachable)).isEqualTo(2);
    assertThat(peer(transport).dropped()).isGreaterThan(500);
    // Each further report needs a queue that had been emptied, into the buffers of the system.
    assertThat(listener.unreachable.size())
        .isLessThanOrEqualTo((int) (peer(transport).bytesSent() / maxQueued));
    assertThat(peer(transport).connected()).isTrue();
  }

  private static PeerMetrics peer(NettyTransport transport) {
    return transport.metrics().peers().get(0);
  }

  @Test
  void aPeerThatGivesNoSignOfLifeIsReported() throws Exception {
    NettyTransport transport =
        start(ONE, options -> options.keepAlive(Duration.ofMillis(20), Duration.ofMillis(60)));
    ServerSocket server = playPeer(transport);
    RawPeer peer = accept(server);
    peer.reply(accepted());
    assertThat(peer.readFrame()).isEmpty();
    assertThat(await(listener.unreachable)).isEqualTo(2);
    accept(server).reply(accepted());
    awaitTrue(() -> peer(transport).connects() == 2);
  }

  @Test
  void aMessageOverTheFrameLimitIsDroppedAndOthersGoOn() throws Exception {
    NettyTransport transport = start(ONE, options -> options.maxFrameBytes(4096));
    RawPeer peer = accept(playPeer(transport));
    peer.reply(accepted());
    transport.send(
        5, new Propose(new Route(ONE, TWO), 1, new RequestId(1, 1), List.of(new byte[5000])));
    transport.send(5, heartbeat(ONE, TWO, 8));
    transport.flush();
    assertThat(new ProtobufMessageCodec().decode(ByteBuffer.wrap(peer.readFrame())).message())
        .isEqualTo(heartbeat(ONE, TWO, 8));
    assertThat(peer(transport).dropped()).isEqualTo(1);
    assertThat(peer(transport).messagesSent()).isEqualTo(1);
  }

  @Test
  void thePeerIsToldWhichIncarnationIsMeantOnceThatIsKnown() throws Exception {
    NettyTransport transport = start();
    ServerSocket server = playPeer(transport);
    RawPeer first = accept(server);
    first.reply(accepted());
    transport.send(5, heartbeat(ONE, TWO, 8));
    transport.flush();
    first.readFrame();
    first.close();
    RawPeer second = new RawPeer(server.accept());
    open.add(second);
    assertThat(Wire.Hello.parseFrom(second.readFirstFrame()).getToIncarnation()).isEqualTo(20);
  }

  @Test
  void anAnswerThatIsNotThePeersIsNoConnection() throws Exception {
    NettyTransport transport = start();
    ServerSocket server = playPeer(transport);
    accept(server)
        .write("HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII))
        .awaitEnd();
    accept(server).reply(accepted().toBuilder().setClusterId(1).build()).awaitEnd();
    accept(server).reply(accepted().toBuilder().setId(3).build()).awaitEnd();
    accept(server).reply(accepted().toBuilder().setVersion(2).build()).awaitEnd();
    accept(server).reply(Wire.HelloReply.newBuilder().setRefusal(42).build()).awaitEnd();
    accept(server).close();
    awaitTrue(() -> peer(transport).failedConnects() >= 6);
    assertThat(peer(transport).connects()).isZero();
    assertThat(listener.refused).isEmpty();
  }

  @Test
  void aPeerThatReachesUsIsDialledAtOnce() throws Exception {
    NettyTransport transport =
        start(ONE, options -> options.reconnect(Duration.ofHours(1), Duration.ofHours(1)));
    ServerSocket server = playPeer(transport);
    accept(server).close();
    awaitTrue(() -> peer(transport).failedConnects() == 1);
    dial(transport).hello(hello().build()).readReply();
    accept(server).reply(accepted());
    awaitTrue(() -> peer(transport).connected());
  }

  @Test
  void theCountersCount() throws Exception {
    NettyTransport transport = start();
    RawPeer away = accept(playPeer(transport));
    away.reply(accepted());
    RawPeer here = dial(transport).hello(hello().build());
    here.readReply();
    for (int i = 0; i < 10; i++) {
      transport.send(5, heartbeat(ONE, TWO, i));
      here.message(5, heartbeat(TWO, ONE, i));
    }
    transport.flush();
    long bytes = 0;
    for (int i = 0; i < 10; i++) {
      bytes += 4 + away.readFrame().length;
      await(listener.messages);
    }
    assertThat(peer(transport)).isEqualTo(new PeerMetrics(2, true, 10, bytes, 10, bytes, 0, 1, 0));
  }

  // Snapshots

  private static final SnapshotRequest FETCH =
      new SnapshotRequest(5, TWO, MemorySnapshot.METADATA.id());

  private RawPeer playSender(NettyTransport transport, MemorySnapshot.Receiver receiver, int size)
      throws IOException {
    ServerSocket server = playPeer(transport);
    accept(server).reply(accepted());
    transport.fetchSnapshot(FETCH, receiver);
    RawPeer peer = accept(server).reply(accepted());
    Wire.SnapshotRequest request = Wire.SnapshotRequest.parseFrom(peer.readFrame());
    assertThat(request.getGroup()).isEqualTo(5);
    peer.frame(Wire.SnapshotReply.newBuilder().setSize(size).setDigest(1).build().toByteArray());
    assertThat(Wire.SnapshotStart.parseFrom(peer.readFrame()).getOffset())
        .isEqualTo(receiver.arrived.size());
    return peer;
  }

  @Test
  void aDamagedChunkIsNotWritten() throws Exception {
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    byte[] bytes = {1, 2, 3};
    int crc = SnapshotFrames.checksum(0, bytes, 0, 3);
    RawPeer peer = playSender(start(), receiver, 6);
    peer.writeInt(15).writeLong(0).writeInt(crc).write(bytes);
    peer.writeInt(15).writeLong(3).writeInt(crc).write(bytes);
    assertThat(await(receiver.outcomes))
        .hasToString("dev.balsa.raft.message.MalformedMessageException: the chunk at 3 is damaged");
    assertThat(receiver.arrived.toByteArray()).isEqualTo(bytes);
    assertThat(receiver.calls).hasSize(1);
  }

  @Test
  void moreBytesThanAnnouncedAreNotWritten() throws Exception {
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    byte[] bytes = {1, 2, 3};
    playSender(start(), receiver, 2)
        .writeInt(15)
        .writeLong(0)
        .writeInt(SnapshotFrames.checksum(0, bytes, 0, 3))
        .write(bytes);
    assertThat(await(receiver.outcomes))
        .hasToString(
            "dev.balsa.raft.message.MalformedMessageException: a chunk of 3 bytes where 2 are missing");
    assertThat(receiver.arrived.size()).isZero();
  }

  @Test
  void aTransferThatStandsStillIsGivenUp() throws Exception {
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    playSender(start(ONE, options -> options.snapshotTimeout(Duration.ofMillis(50))), receiver, 10);
    assertThat(await(receiver.outcomes).toString()).contains("nothing came from member 2#14");
  }

  @Test
  void aSecondFetchOfAGroupIsRefused() throws Exception {
    NettyTransport transport = start();
    MemorySnapshot.Receiver first = new MemorySnapshot.Receiver();
    playSender(transport, first, 10);
    MemorySnapshot.Receiver second = new MemorySnapshot.Receiver();
    transport.fetchSnapshot(FETCH, second);
    assertThat(await(second.outcomes))
        .hasToString("java.io.IOException: a snapshot of group 5 is being fetched already");
    transport.close();
    assertThat(await(first.outcomes)).isInstanceOf(IOException.class);
  }

  @Test
  void closingEndsAFetchOnceAndLeavesNoThread() throws Exception {
    NettyTransport transport = start(new MemberId(0xabcdef, 10), options -> {});
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    NettyTransport sender = start(TWO, options -> {});
    MemorySnapshot snapshot = new MemorySnapshot(1_000_000);
    snapshot.beforeRead =
        position -> {
          if (position > 500_000) {
            reading.countDown();
            awaitQuietly(goOn);
          }
        };
    listener.snapshot = snapshot::source;
    transport.addPeer(2, "127.0.0.1:" + sender.boundAddress().getPort());
    MemorySnapshot.Receiver receiver = new MemorySnapshot.Receiver();
    transport.fetchSnapshot(FETCH, receiver);
    assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
    transport.close();
    assertThat(await(receiver.outcomes)).isInstanceOf(IOException.class);
    assertThat(receiver.outcomes).isEmpty();
    assertThat(threads("balsa-transport-abcdef")).isEmpty();
    goOn.countDown();
    sender.close();
    assertThat(snapshot.open.get()).isZero();
    assertThat(threads("balsa-transport-2")).isEmpty();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  @Test
  void aMemberThatAsksAgainEndsItsOldTransferAndOthersAreLimited() throws Exception {
    NettyTransport transport = start(ONE, options -> options.maxSnapshotTransfers(1));
    MemorySnapshot snapshot = new MemorySnapshot(1_000_000);
    listener.snapshot = snapshot::source;
    RawPeer old = fetch(transport, 2);
    assertThat(reply(old).getSize()).isEqualTo(1_000_000);
    RawPeer again = fetch(transport, 2);
    old.awaitEnd();
    assertThat(reply(again).getRefusal()).isZero();
    assertThat(reply(fetch(transport, 3)).getRefusal())
        .isEqualTo(SnapshotFrames.TOO_MANY_TRANSFERS);
    again.close();
    awaitTrue(() -> snapshot.open.get() == 0);
  }

  private RawPeer fetch(NettyTransport transport, long from) throws IOException {
    RawPeer peer =
        dial(transport)
            .hello(hello().setFromId(from).setPurpose(Handshakes.PURPOSE_SNAPSHOT).build());
    peer.readReply();
    return peer.frame(
        Wire.SnapshotRequest.newBuilder().setGroup(5).setTerm(3).build().toByteArray());
  }

  private static Wire.SnapshotReply reply(RawPeer peer) throws IOException {
    return Wire.SnapshotReply.parseFrom(peer.readFrame());
  }

  @Test
  void senselessRequestsForASnapshotCloseTheirConnection() throws Exception {
    NettyTransport transport = start();
    MemorySnapshot snapshot = new MemorySnapshot(10);
    listener.snapshot = snapshot::source;
    for (long offset : new long[] {-1, 10, Long.MAX_VALUE}) {
      RawPeer peer = fetch(transport, 2);
      reply(peer);
      peer.frame(Wire.SnapshotStart.newBuilder().setOffset(offset).build().toByteArray());
      assertThat(peer.awaitEnd()).isZero();
    }
    fetch(transport, 2).frame(new byte[] {1}).awaitEnd();
    fetch(transport, 2).writeInt(1000).awaitEnd();
    awaitTrue(() -> snapshot.open.get() == 0);
    anHonestPeerIsHeardBy(transport);
  }

  // Start and close

  @Test
  void anAddressInUseIsNamedWithTheRemedy() throws Exception {
    int port = start().boundAddress().getPort();
    NettyTransport second = NettyTransport.builder().bind("127.0.0.1:" + port).build();
    assertThatThrownBy(() -> second.start(new LogIdentity(CLUSTER, TWO, 1), listener))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot listen on 127.0.0.1:" + port + ": ")
        .hasMessageContaining("in use")
        .hasMessageEndingWith(
            "; stop whoever holds the port, or choose another address of this machine");
    assertThat(threads("balsa-transport-2")).isEmpty();
  }

  @Test
  void addressesAreReadStrictly() {
    assertThat(Address.parse("[::1]:7001"))
        .isEqualTo(new Address("::1", 7001))
        .hasToString("[::1]:7001");
    assertThat(Address.parse("node-1.example:0")).isEqualTo(new Address("node-1.example", 0));
    for (String wrong :
        List.of(
            "", "host", "host:", ":7", "::1:7", "[host]:7", "h:-1", "h:65536", "h:+1", "h:7x")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NettyTransport.builder().bind(wrong).build())
          .withMessageContaining("'" + wrong + "'");
    }
  }

  @Test
  void peersAreReachedOverIpv6() throws Exception {
    NettyTransport six = NettyTransport.builder().bind("[::1]:0").build();
    open.add(six);
    six.start(new LogIdentity(CLUSTER, TWO, 1), listener);
    NettyTransport transport = start();
    transport.addPeer(2, "[::1]:" + six.boundAddress().getPort());
    transport.send(5, heartbeat(ONE, TWO, 6));
    transport.flush();
    assertThat(await(listener.messages).message()).isEqualTo(heartbeat(ONE, TWO, 6));
  }

  @Test
  void aNameIsResolved() throws Exception {
    NettyTransport two = start(TWO, options -> {});
    NettyTransport transport = start();
    transport.addPeer(2, "localhost:" + two.boundAddress().getPort());
    awaitTrue(() -> peer(transport).connected());
  }

  @Test
  void aNameThatDoesNotExistIsTriedAgain() throws Exception {
    NettyTransport transport = start();
    transport.addPeer(2, "no-such-host.invalid:7001");
    awaitTrue(() -> peer(transport).failedConnects() >= 2);
  }

  @Test
  void aTransportMayBeClosedByItsOwnThread() throws Exception {
    NettyTransport transport = start(new MemberId(0xfedcba, 10), options -> {});
    CountDownLatch closed = new CountDownLatch(1);
    listener.judge =
        handshake -> {
          transport.close();
          closed.countDown();
          return null;
        };
    RawPeer peer = dial(transport).hello(hello().setToId(0xfedcba).build());
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    peer.awaitEnd();
    awaitTrue(() -> threads("balsa-transport-fedcba").isEmpty());
  }
}
