// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceFixture.assertFails;
import static dev.balsa.examples.kv.server.ServiceFixture.putRequest;
import static dev.balsa.examples.kv.server.ServiceFixture.rangeRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.examples.kv.machine.Command;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.StatusRequest;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Refusal.Reason;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.node.OutcomeUnknownException;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients are told when the cluster does not take a request. */
class RequestsTest {
  private final ServiceFixture fixture = new ServiceFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"NOT_LEADER", "NO_LEADER", "TRANSFERRING", "LEADER_CHANGED", "TIMED_OUT"})
  void whatLacksALeaderIsTriedAgainUntilThereIsOne(Reason reason) throws Exception {
    fixture.replica.refusal = reason;
    Future<?> put = fixture.futureKv.put(putRequest("a", "1").build());
    Future<?> get = fixture.futureKv.range(rangeRequest("a", "").build());
    fixture.timer.advance(3_000);
    assertThat(put.isDone()).isFalse();
    assertThat(get.isDone()).isFalse();
    assertThat(fixture.replica.refused).isGreaterThan(100);
    fixture.replica.refusal = null;
    fixture.timer.advance(100);
    assertThat(put.get()).isNotNull();
    assertThat(get.get()).isNotNull();
  }

  @Test
  void itIsNotTriedForEver() {
    fixture.replica.refusal = Reason.NO_LEADER;
    Future<?> put = fixture.futureKv.put(putRequest("a", "1").build());
    fixture.timer.advance(6_900);
    assertThat(put.isDone()).isFalse();
    fixture.timer.advance(200);
    assertThatThrownBy(put::get)
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("UNAVAILABLE: etcdserver: request timed out");
  }

  /** For each reason whether it is tried again until the time is over, and what is told then. */
  private static final Map<Reason, List<String>> TABLE =
      Map.ofEntries(
          row(Reason.NOT_LEADER, "again", "UNAVAILABLE", "request timed out"),
          row(Reason.NO_LEADER, "again", "UNAVAILABLE", "request timed out"),
          row(Reason.TRANSFERRING, "again", "UNAVAILABLE", "leadership is being handed over"),
          row(Reason.TOO_MANY_UNCOMMITTED, "once", "RESOURCE_EXHAUSTED", "too many requests"),
          row(Reason.STORAGE_FULL, "once", "RESOURCE_EXHAUSTED", "mvcc: database space exceeded"),
          row(Reason.LEADER_CHANGED, "again", "UNAVAILABLE", "request timed out"),
          row(Reason.TIMED_OUT, "again", "UNAVAILABLE", "request timed out"),
          row(
              Reason.NOT_A_MEMBER,
              "once",
              "UNAVAILABLE",
              "this member does not belong to the cluster"),
          row(Reason.OVERLOADED, "once", "RESOURCE_EXHAUSTED", "too many requests"),
          row(Reason.STOPPED, "once", "UNAVAILABLE", "server stopped"),
          row(Reason.TOO_LARGE, "once", "INVALID_ARGUMENT", "request is too large"),
          row(
              Reason.NO_COMMIT_IN_TERM,
              "again",
              "UNAVAILABLE",
              "the leader has committed nothing in its term yet"),
          row(
              Reason.CHANGE_PENDING,
              "again",
              "UNAVAILABLE",
              "another change of the members is under way"),
          row(
              Reason.CONFIGURATION_MISMATCH,
              "once",
              "FAILED_PRECONDITION",
              "the members are others than expected"),
          row(
              Reason.LEARNER_BEHIND,
              "again",
              "FAILED_PRECONDITION",
              "can only promote a learner member which is in sync with leader"),
          row(
              Reason.INVALID_CHANGE,
              "once",
              "FAILED_PRECONDITION",
              "no such change of the members is possible"));

  private static Map.Entry<Reason, List<String>> row(Reason reason, String... told) {
    return Map.entry(reason, List.of(told));
  }

  @ParameterizedTest
  @EnumSource
  void eachRefusalIsToldByItsCodeAndText(Reason reason) {
    assertThat(TABLE).containsKey(reason);
    List<String> expected = TABLE.get(reason);
    fixture.replica.refusal = reason;
    Future<?> put = fixture.futureKv.put(putRequest("a", "1").build());
    fixture.timer.advance(100);
    assertThat(fixture.replica.refused > 1).isEqualTo(expected.get(0).equals("again"));
    fixture.timer.advance(7_000);
    assertThatThrownBy(put::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage(expected.get(1) + ": etcdserver: " + expected.get(2));
  }

  /** Trying again could apply it twice. */
  @Test
  void anUnknownOutcomeIsNeverTriedAgain() {
    List<byte[]> proposed = new ArrayList<>();
    Replica losing =
        new Replica() {
          @Override
          public CompletableFuture<Result> propose(byte[] command) {
            proposed.add(command);
            return CompletableFuture.failedFuture(new OutcomeUnknownException("leadership lost"));
          }

          @Override
          public CompletableFuture<Long> readIndex() {
            throw new UnsupportedOperationException();
          }

          @Override
          public CompletableFuture<Membership> changeMembership(MembershipChange change) {
            throw new UnsupportedOperationException();
          }

          @Override
          public CompletableFuture<Void> transferLeadership(long target) {
            throw new UnsupportedOperationException();
          }

          @Override
          public Status status() {
            throw new UnsupportedOperationException();
          }
        };
    List<KvError> errors = new ArrayList<>();
    Requests requests =
        new Requests(losing, fixture.timer, fixture.timer::nanos, Duration.ofSeconds(7));
    requests.propose(
        new byte[] {1},
        new Requests.Outcome() {
          @Override
          public void onResult(Result result) {
            throw new AssertionError("it has none");
          }

          @Override
          public void onError(KvError error) {
            errors.add(error);
          }
        });
    fixture.timer.advance(10_000);
    assertThat(proposed).hasSize(1);
    assertThat(errors).containsExactly(KvError.TIMED_OUT);
  }

  @Test
  void whoWantsALeaderHearsAtOnceThatThereIsNone() {
    fixture.put("a", "1");
    Metadata wish = new Metadata();
    wish.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    KVGrpc.KVBlockingStub kv =
        fixture.kv.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(wish));
    var request = rangeRequest("a", "").setSerializable(true).build();
    assertThat(kv.range(request).getCount()).isEqualTo(1);
    fixture.replica.refusal = Reason.NO_LEADER;
    assertFails(KvError.NO_LEADER, () -> kv.range(request));
    assertThat(fixture.kv.range(request).getCount()).as("without the wish").isEqualTo(1);
  }

  @Test
  void statusTellsThatNobodyLeads() {
    var request = StatusRequest.getDefaultInstance();
    var healthy = fixture.maintenance.status(request);
    assertThat(healthy.getLeader()).isEqualTo(LocalReplica.MEMBER);
    assertThat(healthy.getErrorsList()).isEmpty();
    assertThat(healthy.getVersion()).isEqualTo("3.5.21");
    assertThat(healthy.getRaftTerm()).isEqualTo(LocalReplica.TERM);
    fixture.replica.refusal = Reason.NO_LEADER;
    assertThat(fixture.maintenance.status(request).getErrorsList())
        .containsExactly("etcdserver: no leader");
  }

  @Test
  void aMemberIsListedByWhatItSaidOfItself() throws Exception {
    var request = MemberListRequest.getDefaultInstance();
    var before = fixture.cluster.memberList(request).getMembers(0);
    assertThat(before.getName()).isEmpty();
    assertThat(before.getPeerURLsList()).containsExactly("http://127.0.0.1:1");
    var self =
        Member.newBuilder()
            .setID(LocalReplica.MEMBER)
            .setName("m")
            .addClientURLs("http://127.0.0.1:2")
            .build();
    fixture.replica.propose(Command.of(self)).get();
    // It outlives a snapshot.
    var bytes = new ByteArrayOutputStream();
    fixture.machine.snapshot().writeTo(bytes);
    fixture.put("later", "x");
    KvMachine restored = new KvMachine(() -> {});
    restored.restore(new ByteArrayInputStream(bytes.toByteArray()));
    assertThat(restored.members()).isEqualTo(fixture.machine.members()).hasSize(1);
    assertThat(restored.state().revision()).isEqualTo(1);
    var after = fixture.cluster.memberList(request);
    assertThat(after.getMembers(0).getName()).isEqualTo("m");
    assertThat(after.getMembers(0).getClientURLsList()).containsExactly("http://127.0.0.1:2");
    assertThat(after.getHeader().getRevision()).as("not told here").isZero();
  }
}
