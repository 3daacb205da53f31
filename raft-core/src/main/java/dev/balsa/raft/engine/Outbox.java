// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.SnapshotFetch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the next Ready will say, gathered as it comes up. */
final class Outbox {
  private List<Message> messages = new ArrayList<>();
  private List<Message> messagesAfterPersist = new ArrayList<>();
  private List<ReadState> reads = new ArrayList<>();
  private List<ForwardState> forwards = new ArrayList<>();
  private List<FetchRequest> fetches = new ArrayList<>();
  private List<PeerViolation> violations = new ArrayList<>();
  private SnapshotFetch snapshotFetch;

  boolean isEmpty() {
    return messages.isEmpty()
        && messagesAfterPersist.isEmpty()
        && reads.isEmpty()
        && forwards.isEmpty()
        && fetches.isEmpty()
        && violations.isEmpty()
        && snapshotFetch == null;
  }

  /** To be sent at once: it promises nothing that a crash could break. */
  void send(Message message) {
    messages.add(message);
  }

  /**
   * To be sent when this Ready is durable.
   *
   * <p>Were a vote or an acknowledgement sent earlier, a crash could take back what it promised:
   * the member would vote again in the same term, or miss an entry that was counted as stored. Were
   * a RequestVote sent earlier, the candidate could win, send an entry, crash, wake in the old
   * term, win the same term again and write another entry under the same term and index.
   */
  void sendAfterPersist(Message message) {
    messagesAfterPersist.add(message);
  }

  void read(ReadState read) {
    reads.add(read);
  }

  void forward(ForwardState forward) {
    forwards.add(forward);
  }

  void fetch(FetchRequest request) {
    fetches.add(request);
  }

  void fetchSnapshot(SnapshotFetch fetch) {
    snapshotFetch = fetch;
  }

  void violation(long from, PeerViolation.Kind kind, String detail) {
    violations.add(new PeerViolation(from, kind, detail));
  }

  List<Message> takeMessages() {
    List<Message> taken = messages;
    messages = renewed(taken);
    return frozen(taken);
  }

  List<Message> takeMessagesAfterPersist() {
    List<Message> taken = messagesAfterPersist;
    messagesAfterPersist = renewed(taken);
    return frozen(taken);
  }

  List<ReadState> takeReads() {
    List<ReadState> taken = reads;
    reads = renewed(taken);
    return frozen(taken);
  }

  List<ForwardState> takeForwards() {
    List<ForwardState> taken = forwards;
    forwards = renewed(taken);
    return frozen(taken);
  }

  List<FetchRequest> takeFetches() {
    List<FetchRequest> taken = fetches;
    fetches = renewed(taken);
    return frozen(taken);
  }

  List<PeerViolation> takeViolations() {
    List<PeerViolation> taken = violations;
    violations = renewed(taken);
    return frozen(taken);
  }

  SnapshotFetch takeSnapshotFetch() {
    SnapshotFetch taken = snapshotFetch;
    snapshotFetch = null;
    return taken;
  }

  /** An empty list is kept for the next round: an idle tick allocates nothing. */
  private static <T> List<T> renewed(List<T> taken) {
    return taken.isEmpty() ? taken : new ArrayList<>();
  }

  private static <T> List<T> frozen(List<T> taken) {
    return taken.isEmpty() ? List.of() : Collections.unmodifiableList(taken);
  }
}
