// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import dev.balsa.raft.spi.Transport.HandshakeRefusal;
import dev.balsa.raft.spi.Transport.RefusedHandshake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who may connect, whom the transport knows, and how much may wait. */
class PeerGateTest {
  private final List<String> told = new ArrayList<>();
  private final HostParts parts =
      new HostParts(
          () -> 0,
          TestCluster.disk(1, 100),
          new RecordingTransport(told, null),
          NodeOptions.DEFAULTS,
          NodeListener.NONE);
  private final PeerGate gate = new PeerGate(parts);
  private final PeerDirectory directory = parts.peers;

  private record RecordingTransport(List<String> told, Listener[] listener) implements Transport {
    @Override
    public void start(LogIdentity self, Listener told) {
      listener[0] = told;
    }

    @Override
    public void addPeer(long id, String address) {
      told.add("+" + id + "=" + address);
    }

    @Override
    public void removePeer(long id) {
      told.add("-" + id);
    }

    @Override
    public void send(long group, Message message) {}

    @Override
    public void flush() {}

    @Override
    public void fetchSnapshot(SnapshotRequest request, SnapshotReceiver receiver) {}

    @Override
    public void close() {}
  }

  private HandshakeRefusal connect(long cluster, MemberId from, MemberId to) {
    RefusedHandshake refused = gate.onHandshake(new Transport.Handshake(cluster, from, to, 1));
    return refused == null ? null : refused.reason();
  }

  private RefusedHandshake connect(MemberId from, long bootEpoch) {
    return gate.onHandshake(
        new Transport.Handshake(TestCluster.CLUSTER, from, new MemberId(1, 0), bootEpoch));
  }

  private void refuse(HandshakeRefusal reason) {
    gate.onRefused(2, RefusedHandshake.of(reason));
  }

  @Test
  void onlyMembersOfThisClusterThatMeanThisOneMayConnect() {
    MemberId self = new MemberId(1, 100);
    MemberId peer = new MemberId(2, 200);
    assertThat(connect(TestCluster.CLUSTER, peer, self)).isNull();
    assertThat(connect(TestCluster.CLUSTER, peer, new MemberId(1, 0))).isNull();
    assertThat(connect(4, peer, self)).isEqualTo(HandshakeRefusal.WRONG_CLUSTER);
    assertThat(connect(TestCluster.CLUSTER, peer, new MemberId(3, 0)))
        .isEqualTo(HandshakeRefusal.NOT_FOR_ME);
    assertThat(connect(TestCluster.CLUSTER, peer, new MemberId(1, 101)))
        .isEqualTo(HandshakeRefusal.NOT_FOR_ME);
  }

  @Test
  void aBoundIdAdmitsOneDirectoryOnly() {
    Membership bound =
        Membership.bootstrap(List.of(Member.of(1, "a"), Member.of(2, "b").bound(200)));
    directory.onMembership(1, bound);
    MemberId self = new MemberId(1, 0);
    assertThat(connect(TestCluster.CLUSTER, new MemberId(2, 200), self)).isNull();
    assertThat(connect(TestCluster.CLUSTER, new MemberId(2, 201), self))
        .isEqualTo(HandshakeRefusal.WRONG_INCARNATION);
  }

  /** The peer may be the one that is wrong: a member that belongs goes on. */
  @Test
  void aMemberThatBelongsIsNotStoppedByARefusal() {
    directory.onMembership(
        1, Membership.bootstrap(List.of(Member.of(1, "a").bound(100), Member.of(2, "b"))));
    refuse(HandshakeRefusal.WRONG_CLUSTER);
    refuse(HandshakeRefusal.WRONG_INCARNATION);
    parts.control.runAll();
    assertThat(parts.hasFailed()).isFalse();
  }

  @Test
  void aMemberThatDoesNotYetBelongIsStoppedByAFinalRefusalOnly() {
    directory.onMembership(1, Members.of("1=a", "2=b").membership());
    refuse(HandshakeRefusal.NOT_FOR_ME);
    refuse(HandshakeRefusal.NO_COMMON_VERSION);
    refuse(HandshakeRefusal.NOT_ALLOWED);
    parts.control.runAll();
    assertThat(parts.hasFailed()).isFalse();
    refuse(HandshakeRefusal.WRONG_INCARNATION);
    parts.control.runAll();
    assertThat(parts.failure())
        .hasMessageContaining("emptied or replaced")
        .hasCauseInstanceOf(PeerRefusalException.class);
  }

  /** It connects again as often as it likes; a start before the latest one is an older copy's. */
  @Test
  @Tag("W28")
  void aDirectoryThatHasSeenFewerStartsThanItsPeersIsRefused() {
    MemberId peer = new MemberId(2, 200);
    assertThat(connect(peer, 5)).isNull();
    assertThat(connect(peer, 5)).isNull();
    assertThat(connect(peer, 7)).isNull();
    assertThat(connect(peer, 6)).isEqualTo(new RefusedHandshake(HandshakeRefusal.OLDER_COPY, 7));
    assertThat(connect(peer, 7)).isNull();
    assertThat(connect(new MemberId(3, 300), 1)).as("another member").isNull();
    assertThat(connect(new MemberId(2, 201), 1)).as("another directory").isNull();
  }

  /** Who is refused for another reason leaves no trace: it may not be who it says. */
  @Test
  @Tag("W28")
  void aRefusedHandshakeIsNotRemembered() {
    MemberId peer = new MemberId(2, 200);
    MemberId another = new MemberId(9, 0);
    gate.onHandshake(new Transport.Handshake(4, peer, new MemberId(1, 0), 99));
    gate.onHandshake(new Transport.Handshake(TestCluster.CLUSTER, peer, another, 99));
    assertThat(connect(peer, 1)).isNull();
  }

  /** It belongs, but to what its directory was later. */
  @Test
  @Tag("W28")
  void anOlderCopyStopsAlthoughItBelongs() {
    directory.onMembership(
        1, Membership.bootstrap(List.of(Member.of(1, "a").bound(100), Member.of(2, "b"))));
    gate.onRefused(2, new RefusedHandshake(HandshakeRefusal.OLDER_COPY, 6));
    parts.control.runAll();
    assertThat(parts.failure())
        .hasMessageContaining("refused by member 2")
        .hasMessageContaining("older copy")
        .hasMessageContaining("started 1 times")
        .hasMessageContaining("seen start 6")
        .hasCauseInstanceOf(PeerRefusalException.class);
  }

  /**
   * A handshake of an earlier run, held up on its way, is refused because this run has connected
   * before it arrived. Would that stop this run, a slow network could end a sound member.
   */
  @Test
  @Tag("W28")
  void theRefusalOfAnEarlierRunDoesNotStopThisOne() {
    gate.onRefused(2, new RefusedHandshake(HandshakeRefusal.OLDER_COPY, 1));
    parts.control.runAll();
    assertThat(parts.hasFailed()).isFalse();
  }

  @Test
  void strangersDoNotFillTheMemoryOfStarts() {
    BootEpochs epochs = new BootEpochs();
    MemberId member = new MemberId(2, 200);
    MemberId quiet = new MemberId(3, 300);
    epochs.highest(member, 5);
    epochs.highest(quiet, 5);
    for (int stranger = 1; stranger < BootEpochs.MAX_REMEMBERED; stranger++) {
      epochs.highest(new MemberId(1000 + stranger, 1), 1);
      epochs.highest(member, 4);
    }
    assertThat(epochs.highest(member, 1)).isEqualTo(5);
    assertThat(epochs.highest(quiet, 1)).isEqualTo(1);
  }

  @Test
  void theTransportFollowsTheConfigurationAndALeavingMemberStaysUntilItIsCommitted() {
    directory.onMembership(1, Members.of("1=a", "2=b", "3=c").membership());
    assertThat(told).containsExactly("+2=b", "+3=c");
    told.clear();
    Membership smaller = Members.of("1=a", "2=elsewhere").membership().at(new EntryId(2, 9));
    directory.onMembership(1, smaller);
    assertThat(told).containsExactly("+2=elsewhere");
    told.clear();
    directory.onStatus(status(1, 8));
    assertThat(told).isEmpty();
    directory.onStatus(status(1, 9));
    assertThat(told).containsExactly("-3");
  }

  /** How a group stands that is committed so far, and whose leader this member is. */
  private static Status status(long group, long commit, long... sentTo) {
    List<Status.PeerProgress> progress = new ArrayList<>();
    for (long peer : sentTo) {
      progress.add(new Status.PeerProgress(peer, "replicate", 0, 1, 0, 0, true, false));
    }
    return new Status(
        new MemberId(1, 100),
        group,
        RoleType.LEADER,
        1,
        new HardState(2, 1, commit),
        new EntryId(2, commit),
        commit,
        commit,
        1,
        0,
        false,
        false,
        0,
        Members.of("1=a").membership(),
        progress);
  }

  @Test
  void whoHasLeftKeepsItsAddressAsLongAsTheCoreSendsToIt() {
    directory.onMembership(1, Members.of("1=a", "2=b", "3=c").membership());
    directory.onMembership(1, Members.of("1=a", "2=b").membership().at(new EntryId(2, 9)));
    told.clear();
    directory.onStatus(status(1, 9, 2, 3));
    assertThat(directory.addresses()).containsOnlyKeys(1L, 2L);
    directory.onStatus(status(1, 12, 2, 3));
    // Another group's end of sending is not this one's.
    directory.onMembership(7, Members.of("1=a", "2=b").membership());
    directory.onStatus(status(7, 20, 2));
    assertThat(told).isEmpty();
    directory.onStatus(status(1, 12, 2));
    assertThat(told).containsExactly("-3");
    directory.onStatus(status(1, 13, 2));
    assertThat(told).containsExactly("-3");
  }

  /** It comes back under its id while it is still sent to: as a member, in any directory. */
  @Test
  void whoComesBackIsBoundToNoFormerDirectory() {
    Member gone = Member.of(3, "c").bound(300);
    Membership all = Membership.bootstrap(List.of(Member.of(1, "a"), Member.of(2, "b"), gone));
    directory.onMembership(1, all);
    directory.onMembership(1, Members.of("1=a", "2=b").membership().at(new EntryId(2, 9)));
    directory.onStatus(status(1, 9, 2, 3));
    MemberId anew = new MemberId(3, 301);
    assertThat(connect(TestCluster.CLUSTER, anew, new MemberId(1, 0))).isNull();
    told.clear();
    directory.onMembership(1, Members.of("1=a", "2=b", "3=c").membership().at(new EntryId(2, 10)));
    assertThat(connect(TestCluster.CLUSTER, anew, new MemberId(1, 0))).isNull();
    directory.onStatus(status(1, 10, 2, 3));
    assertThat(directory.addresses()).containsOnlyKeys(1L, 2L, 3L);
    assertThat(told).isEmpty();
    // Whether it is sent to as a member or not, it is forgotten once it has left again.
    directory.onMembership(1, Members.of("1=a", "2=b").membership().at(new EntryId(2, 11)));
    directory.onStatus(status(1, 11, 2));
    assertThat(told).containsExactly("-3");
  }

  @Test
  void aPeerThatSendsWithoutEndFillsNothingButItsQueue() throws IOException {
    Message message = new TimeoutNow(new Route(new MemberId(2, 200), new MemberId(1, 100)), 1);
    Transport.Listener[] listener = new Transport.Listener[1];
    RaftHost host =
        RaftHost.builder(() -> 0)
            .storage(TestCluster.disk(1, 100))
            .transport(new RecordingTransport(told, listener))
            .build();
    host.group(1, new Tally(), Members.of("1=a", "2=b"));
    host.start();
    for (int i = 0; i < 20_000; i++) {
      listener[0].onMessage(1, message);
      listener[0].onMessage(4711, message);
    }
    assertThat(host.metrics().messagesDropped.get()).isEqualTo(20_000 - 16_384);
    // A busy group takes part in turn after turn, each time with a part of what waits for it.
    for (int taken = 1_024; taken <= 16_384; taken += 1_024) {
      host.agents().get(0).doWork();
      for (int i = 0; i < 1_024; i++) {
        listener[0].onMessage(1, message);
      }
      assertThat(host.metrics().messagesDropped.get()).isEqualTo(20_000 - 16_384);
    }
    listener[0].onMessage(1, message);
    assertThat(host.metrics().messagesDropped.get()).isEqualTo(20_000 - 16_384 + 1);
  }
}
