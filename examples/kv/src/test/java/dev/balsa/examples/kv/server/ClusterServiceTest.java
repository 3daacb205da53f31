// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.LocalReplica.MEMBER;
import static dev.balsa.examples.kv.server.ServiceFixture.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.examples.kv.machine.Command;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberAddRequest;
import dev.balsa.examples.kv.proto.MemberAddResponse;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.MemberPromoteRequest;
import dev.balsa.examples.kv.proto.MemberRemoveRequest;
import dev.balsa.examples.kv.proto.MemberUpdateRequest;
import dev.balsa.examples.kv.proto.MoveLeaderRequest;
import dev.balsa.examples.kv.proto.StatusRequest;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RoleType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which changes of the members are taken, and in which words others are refused. */
class ClusterServiceTest {
  private static final String OWN_URL = "http://127.0.0.1:1";

  private ServiceFixture fixture;

  @BeforeEach
  void start() {
    fixture = new ServiceFixture();
    describe(MEMBER, "own");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private void describe(long id, String name) {
    fixture.replica.propose(
        Command.of(
            Member.newBuilder().setID(id).setName(name).addClientURLs("http://c:" + id).build()));
  }

  private MemberAddResponse add(boolean isLearner, String... urls) {
    return fixture.cluster.memberAdd(
        MemberAddRequest.newBuilder()
            .addAllPeerURLs(List.of(urls))
            .setIsLearner(isLearner)
            .build());
  }

  /** Adds a voter that has run and is heard; returns its id. */
  private long addRunning(String url) {
    long id = add(false, url).getMember().getID();
    describe(id, url);
    fixture.replica.active.add(id);
    return id;
  }

  private List<Member> remove(long id) {
    return fixture
        .cluster
        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build())
        .getMembersList();
  }

  private List<Member> promote(long id) {
    return fixture
        .cluster
        .memberPromote(MemberPromoteRequest.newBuilder().setID(id).build())
        .getMembersList();
  }

  private List<Member> update(long id, String... urls) {
    return fixture
        .cluster
        .memberUpdate(
            MemberUpdateRequest.newBuilder().setID(id).addAllPeerURLs(List.of(urls)).build())
        .getMembersList();
  }

  private List<Member> list() {
    return fixture.cluster.memberList(MemberListRequest.getDefaultInstance()).getMembersList();
  }

  // ---------------------------------------------------------------- add

  @Test
  void aMemberThatIsAddedHasAnIdAndItsUrlsAndNoName() {
    MemberAddResponse reply = add(false, "http://b:2", "http://a:1");
    Member added = reply.getMember();
    assertThat(added.getPeerURLsList()).as("sorted").containsExactly("http://a:1", "http://b:2");
    assertThat(added.getID()).isPositive();
    assertThat(added.getName()).isEmpty();
    assertThat(added.getIsLearner()).isFalse();
    assertThat(reply.getMembersList()).hasSize(2).contains(added).isEqualTo(list());
    assertThat(reply.getHeader().getMemberId()).isEqualTo(MEMBER);
    assertThat(reply.getHeader().getRevision()).isZero();
  }

  @Test
  void theSameUrlsAgainGetAnotherId() {
    List<String> urls = List.of("http://a:1");
    long id = MemberId.ofAdded(urls, ServiceFixture.CLUSTER, 1);
    assertThat(id).isPositive().isNotEqualTo(MemberId.ofAdded(urls, ServiceFixture.CLUSTER, 2));
    long first = addRunning("http://a:1");
    remove(first);
    assertThat(addRunning("http://a:1")).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:1", "ftp://a:1", "http://a", "http://a:1/path", "http://a:x"})
  void urlsThatAreNoneAreRefused(String url) {
    assertFails(KvError.BAD_MEMBER_URLS, () -> add(false, url));
    assertFails(KvError.BAD_MEMBER_URLS, () -> add(false));
    assertFails(KvError.BAD_MEMBER_URLS, () -> update(MEMBER, url));
  }

  @Test
  void urlsOfAnotherMemberAreRefused() {
    long other = addRunning("http://a:1");
    assertFails(KvError.PEER_URLS_EXIST, () -> add(true, OWN_URL));
    assertFails(KvError.PEER_URLS_EXIST, () -> add(false, "http://b:1", "http://a:1"));
    assertFails(KvError.PEER_URLS_EXIST, () -> update(other, OWN_URL));
    assertThat(update(other, "http://a:1")).as("its own").isEqualTo(list());
  }

  @Test
  void thereIsOneLearner() {
    assertThat(add(true, "http://a:1").getMember().getIsLearner()).isTrue();
    assertFails(KvError.TOO_MANY_LEARNERS, () -> add(true, "http://b:1"));
  }

  @Test
  void noVoterIsAddedWhileTooFewHaveRunOrOneIsDown() {
    long second = add(false, "http://a:1").getMember().getID();
    assertFails(KvError.NOT_ENOUGH_STARTED, () -> add(false, "http://b:1"));
    describe(second, "second");
    assertFails(KvError.UNHEALTHY, () -> add(false, "http://b:1"));
    assertFails(KvError.UNHEALTHY, () -> add(true, "http://b:1"));
    fixture.replica.active.add(second);
    assertThat(add(false, "http://b:1").getMembersList()).hasSize(3);
  }

  // ---------------------------------------------------------------- remove

  @Test
  void whoeverIsRemovedIsForgotten() {
    long second = addRunning("http://a:1");
    assertThat(remove(second)).hasSize(1);
    assertThat(fixture.machine.members()).containsOnlyKeys(MEMBER);
    assertFails(KvError.MEMBER_NOT_FOUND, () -> remove(second));
  }

  @Test
  void theLastVoterStays() {
    assertFails(KvError.NOT_ENOUGH_STARTED, () -> remove(MEMBER));
  }

  @Test
  void aNewLeaderTakesNobodyForAliveThatHasNotAnswered() {
    long second = addRunning("http://a:1");
    long third = addRunning("http://b:1");
    fixture.replica.silent.add(third);
    assertFails(KvError.UNHEALTHY, () -> remove(second));
    assertFails(KvError.UNHEALTHY, () -> add(false, "http://c:1"));
    fixture.replica.silent.remove(third);
    remove(second);
  }

  @Test
  void whoeverIsNeededForAQuorumStays() {
    long second = addRunning("http://a:1");
    long third = addRunning("http://b:1");
    fixture.replica.active.remove(third);
    assertFails(KvError.UNHEALTHY, () -> remove(second));
    assertThat(remove(third)).as("the one that is down is needed for none").hasSize(2);
    assertThat(remove(second)).hasSize(1);
  }

  @Test
  void aLearnerMayAlwaysGo() {
    long learner = add(true, "http://a:1").getMember().getID();
    assertThat(remove(learner)).hasSize(1);
  }

  // ---------------------------------------------------------------- promote, update

  @Test
  void aLearnerIsPromotedOnceItIsInSync() {
    long learner = add(true, "http://a:1").getMember().getID();
    assertFails(KvError.LEARNER_NOT_IN_SYNC, () -> promote(learner));
    fixture.replica.active.add(learner);
    assertThat(promote(learner)).noneMatch(Member::getIsLearner).hasSize(2);
    assertFails(KvError.NOT_A_LEARNER, () -> promote(learner));
    assertFails(KvError.MEMBER_NOT_FOUND, () -> promote(0x1234));
  }

  @Test
  void anUpdateChangesTheUrlsAndNothingElse() {
    long learner = add(true, "http://a:1").getMember().getID();
    List<Member> members = update(learner, "http://c:1");
    assertThat(members)
        .filteredOn(member -> member.getID() == learner)
        .singleElement()
        .satisfies(
            member -> {
              assertThat(member.getIsLearner()).isTrue();
              assertThat(member.getPeerURLsList()).containsExactly("http://c:1");
            });
    assertFails(KvError.MEMBER_NOT_FOUND, () -> update(0x1234, "http://d:1"));
  }

  // ---------------------------------------------------------------- without a leader, on learners

  @ParameterizedTest
  @ValueSource(strings = {"CHANGE_PENDING", "NO_COMMIT_IN_TERM", "TRANSFERRING", "TIMED_OUT"})
  void whatMayBeTakenInAMomentIsTriedAgain(String reason) throws Exception {
    fixture.replica.refusal = Refusal.Reason.valueOf(reason);
    var reply =
        fixture.futureCluster.memberAdd(
            MemberAddRequest.newBuilder().addPeerURLs("http://a:1").build());
    fixture.timer.advance(100);
    assertThat(reply.isDone()).isFalse();
    fixture.replica.refusal = null;
    fixture.timer.advance(100);
    assertThat(reply.get().getMembersList()).hasSize(2);
  }

  @Test
  void withoutALeaderTheClusterIsUnhealthy() {
    fixture.replica.refusal = Refusal.Reason.NO_LEADER;
    var reply =
        fixture.futureCluster.memberAdd(
            MemberAddRequest.newBuilder().addPeerURLs("http://a:1").build());
    fixture.timer.advance(10_000);
    assertThat(reply)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("UNAVAILABLE: etcdserver: unhealthy cluster");
    fixture.replica.refusal = null;
    assertThat(list()).hasSize(1);
  }

  @Test
  void aLearnerServesItsOwnStateAndNothingElse() {
    fixture.replica.isLearner = true;
    assertFails(KvError.NOT_FOR_LEARNERS, () -> list());
    assertFails(KvError.NOT_FOR_LEARNERS, () -> fixture.put("a", "1"));
    assertFails(
        KvError.NOT_FOR_LEARNERS,
        () -> fixture.kv.range(ServiceFixture.rangeRequest("a", "").build()));
    assertThat(
            fixture
                .kv
                .range(ServiceFixture.rangeRequest("a", "").setSerializable(true).build())
                .getCount())
        .isZero();
    assertThat(fixture.maintenance.status(StatusRequest.getDefaultInstance()).hasHeader()).isTrue();
  }

  // ---------------------------------------------------------------- moving the leader

  private void moveLeader(long target) {
    var reply =
        fixture.maintenance.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
    assertThat(reply.hasHeader()).isFalse();
  }

  @Test
  void leadershipGoesToAnotherVoter() {
    long second = addRunning("http://a:1");
    long learner = add(true, "http://b:1").getMember().getID();
    moveLeader(MEMBER);
    assertThat(fixture.replica.transferee).as("it has it already").isZero();
    moveLeader(second);
    assertThat(fixture.replica.transferee).isEqualTo(second);
    assertFails(KvError.BAD_TRANSFEREE, () -> moveLeader(learner));
    assertFails(KvError.BAD_TRANSFEREE, () -> moveLeader(0x1234));
    fixture.replica.role = RoleType.FOLLOWER;
    assertFails(KvError.NOT_LEADER, () -> moveLeader(second));
  }
}
