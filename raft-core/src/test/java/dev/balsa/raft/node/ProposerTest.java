// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a leader's answers to forwarded commands mean, whatever it answers. */
class ProposerTest {
  private static final MemberId SELF = new MemberId(1, 100);
  private static final MemberId LEADER = new MemberId(2, 200);

  private final HostParts parts =
      new HostParts(
          () -> 0,
          TestCluster.disk(1, 100),
          MemoryNetwork.turnedByHand().transport("a"),
          NodeOptions.DEFAULTS,
          NodeListener.NONE);
  private final RawNode raw =
      new RawNode(
          RaftConfig.builder(SELF).build(),
          RecoveredLog.fresh(SnapshotMetadata.bootstrap(Members.of("1=a", "2=b").membership())),
          0);
  private final Endings<Integer> endings = new Endings<>(parts);
  private final Proposer<Integer> proposer = new Proposer<>(parts, raw, endings, 0);

  @BeforeEach
  void followALeader() {
    raw.step(new Heartbeat(new Route(LEADER, SELF), 3, EntryId.ZERO, 0, true));
    raw.ready();
  }

  private CompletableFuture<Integer> propose() {
    CompletableFuture<Integer> future = new CompletableFuture<>();
    parts.gate.maybeEnter(0);
    Proposal<Integer> proposal = new Proposal<>(null, parts.gate, new byte[0], future);
    proposal.deadline = 50;
    proposer.add(proposal);
    proposer.flush();
    return future;
  }

  private long sent() {
    List<Message> messages = raw.ready().messages();
    return messages.stream().filter(Propose.class::isInstance).count();
  }

  private void answer(long sequence, int count, ProposeResult result) {
    proposer.onForwardState(new ForwardState(new RequestId(1, sequence), count, result));
    flush();
  }

  private void flush() {
    proposer.flush();
    endings.flush();
    parts.applies.runAll();
  }

  private static ProposeResult refused(Refusal.Reason reason) {
    return ProposeResult.refused(new Refusal(reason, 0));
  }

  /**
   * The answer may be to a copy that the network made, while the leader, as long as it led,
   * appended the first: neither is this certain, nor may the command be sent again.
   */
  @Test
  void aRefusalOfOneThatLedIsNotCertain() {
    Refusal.Reason[] reasons = {
      Refusal.Reason.NOT_LEADER, Refusal.Reason.NO_LEADER, Refusal.Reason.LEADER_CHANGED
    };
    for (int i = 0; i < reasons.length; i++) {
      CompletableFuture<Integer> future = propose();
      assertThat(sent()).isEqualTo(1);
      answer(i + 1, 1, refused(reasons[i]));
      assertThat(OutcomeTest.failure(future)).isInstanceOf(OutcomeUnknownException.class);
      proposer.onTick(1);
      flush();
      assertThat(sent()).isZero();
    }
  }

  /** A leader that says so while it leads has not appended it, and never will. */
  @Test
  void aRefusalOfTheLeaderIsCertain() {
    CompletableFuture<Integer> future = propose();
    answer(1, 1, refused(Refusal.Reason.TOO_MANY_UNCOMMITTED));
    assertThat(OutcomeTest.refusal(future)).isEqualTo(Refusal.Reason.TOO_MANY_UNCOMMITTED);
  }

  @Test
  void aCommandRefusedDuringATransferIsSentAgainUnderANewNumber() {
    CompletableFuture<Integer> future = propose();
    assertThat(sent()).isEqualTo(1);
    answer(1, 1, refused(Refusal.Reason.TRANSFERRING));
    assertThat(future).isNotDone();
    assertThat(sent()).isZero();
    proposer.onTick(1);
    flush();
    Propose again = (Propose) raw.ready().messages().get(0);
    assertThat(again.first()).isEqualTo(new RequestId(1, 2));
  }

  @Test
  void anAnswerThatComesAfterTheEntryEndsUnknown() {
    CompletableFuture<Integer> future = propose();
    proposer.onRestored(10);
    answer(1, 1, ProposeResult.accepted(new EntryId(3, 10)));
    assertThat(OutcomeTest.failure(future)).isInstanceOf(OutcomeUnknownException.class);
  }

  @Test
  void answersThatMakeNoSenseEndFuturesOrAreIgnored() {
    CompletableFuture<Integer> first = propose();
    answer(7, 1, ProposeResult.accepted(new EntryId(3, 1)));
    answer(1, 9, ProposeResult.accepted(new EntryId(3, 1)));
    assertThat(first).isNotDone();
    answer(1, 1, ProposeResult.accepted(new EntryId(3, Long.MAX_VALUE)));
    assertThat(OutcomeTest.failure(first)).isInstanceOf(OutcomeUnknownException.class);
    CompletableFuture<Integer> second = propose();
    CompletableFuture<Integer> third = propose();
    answer(2, 1, ProposeResult.accepted(new EntryId(3, 5)));
    answer(3, 1, ProposeResult.accepted(new EntryId(3, 5)));
    assertThat(second).isNotDone();
    assertThat(OutcomeTest.failure(third)).isInstanceOf(OutcomeUnknownException.class);
    answer(3, 1, ProposeResult.accepted(new EntryId(3, 6)));
    proposer.onTick(50);
    flush();
    assertThat(OutcomeTest.failure(second)).isInstanceOf(OutcomeUnknownException.class);
    assertThat(parts.gate.count()).isZero();
    assertThat(proposer.isIdle()).isTrue();
  }

  @Test
  void nothingIsForwardedToALeaderThatCannotBeReached() {
    proposer.onLeaderLost();

    CompletableFuture<Integer> future = propose();

    assertThat(sent()).isZero();
    assertThat(future).isNotDone();
    proposer.onTick(1);
    proposer.flush();
    assertThat(sent()).as("at the next tick").isZero();
    proposer.onLeaderHeard();
    proposer.flush();
    assertThat(sent()).as("once the leader is heard").isEqualTo(1);
  }

  @Test
  void whatWaitedForALostLeaderGoesToTheNext() {
    proposer.onLeaderLost();
    propose();

    proposer.onLeaderChanged(100);
    proposer.flush();

    assertThat(sent()).isEqualTo(1);
  }
}
