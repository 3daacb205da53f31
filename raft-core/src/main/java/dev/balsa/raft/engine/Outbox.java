// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.engine;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.ForwardState;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.PeerViolation;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.ReadState;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.model.SoftState;
import dev.balsa.raft.state.StateSink;
import dev.balsa.raft.trace.TraceEvent;
import dev.balsa.raft.trace.TraceSink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the next Ready will say, gathered as it comes up. */
final class Outbox {
  private final List<Message> messages = new ArrayList<>(2);
  private final List<Message> messagesAfterPersist = new ArrayList<>(1);
  private List<ReadState> reads = List.of();
  private List<ForwardState> forwards = List.of();
  private List<FetchRequest> fetches = List.of();
  private List<PeerViolation> violations = List.of();
  private SnapshotFetch snapshotFetch;
  private final TraceSink trace;

  /** Whether something was gathered since the last Ready: all that a turn without news looks at. */
  private boolean hasNews;

  /** Tells {@code trace} as well, unless that is null. */
  Outbox(TraceSink trace) {
    this.trace = trace;
  }

  boolean isEmpty() {
    return !hasNews;
  }

  private boolean hasExtras() {
    return !(reads.isEmpty()
        && forwards.isEmpty()
        && fetches.isEmpty()
        && violations.isEmpty()
        && snapshotFetch == null);
  }

  /** To be sent at once: it promises nothing that a crash could break. */
  void send(Message message) {
    messages.add(message);
    hasNews = true;
    if (trace != null) {
      trace.on(new TraceEvent.Sent(message, false));
    }
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
    hasNews = true;
    if (trace != null) {
      trace.on(new TraceEvent.Sent(message, true));
    }
  }

  void read(ReadState read) {
    reads = plus(reads, read);
    hasNews = true;
    if (trace != null) {
      trace.on(new TraceEvent.ReadEnded(read));
    }
  }

  void forward(ForwardState forward) {
    forwards = plus(forwards, forward);
    hasNews = true;
  }

  void fetch(FetchRequest request) {
    fetches = plus(fetches, request);
    hasNews = true;
  }

  void fetchSnapshot(SnapshotFetch fetch) {
    snapshotFetch = fetch;
    hasNews = true;
  }

  void violation(long from, PeerViolation.Kind kind, String detail) {
    PeerViolation violation = new PeerViolation(from, kind, detail);
    violations = plus(violations, violation);
    hasNews = true;
    if (trace != null) {
      trace.on(new TraceEvent.Dropped(violation));
    }
  }

  /**
   * A Ready of all that was gathered, and of what is told besides; the gathering begins anew.
   *
   * @param restore null if there is none, as for the next two
   */
  Ready take(
      long number,
      Persist persist,
      List<Entry> committed,
      SnapshotMetadata restore,
      SoftState softState,
      Membership membership) {
    hasNews = false;
    return new Ready(
        number,
        taken(messages),
        persist,
        taken(messagesAfterPersist),
        committed,
        takeExtras(restore, softState, membership));
  }

  private Ready.Extras takeExtras(
      SnapshotMetadata restore, SoftState softState, Membership membership) {
    if (restore == null && softState == null && membership == null && !hasExtras()) {
      return Ready.Extras.NONE;
    }
    Ready.Extras taken =
        new Ready.Extras(
            restore,
            Collections.unmodifiableList(reads),
            Collections.unmodifiableList(forwards),
            Collections.unmodifiableList(fetches),
            snapshotFetch,
            softState,
            membership,
            Collections.unmodifiableList(violations));
    reads = List.of();
    forwards = List.of();
    fetches = List.of();
    violations = List.of();
    snapshotFetch = null;
    return taken;
  }

  /** A list is made for the first element only: most members never have one. */
  private static <T> List<T> plus(List<T> gathered, T more) {
    List<T> list = gathered.isEmpty() ? new ArrayList<>() : gathered;
    list.add(more);
    return list;
  }

  /** A copy, which for the one or two messages of a small cluster is a small object. */
  private static List<Message> taken(List<Message> gathered) {
    List<Message> taken =
        switch (gathered.size()) {
          case 0 -> List.of();
          case 1 -> List.of(gathered.get(0));
          case 2 -> List.of(gathered.get(0), gathered.get(1));
          default -> List.copyOf(gathered);
        };
    gathered.clear();
    return taken;
  }

  Outbox copy() {
    Outbox copy = new Outbox(null);
    copy.messages.addAll(messages);
    copy.messagesAfterPersist.addAll(messagesAfterPersist);
    copy.reads = copyOf(reads);
    copy.forwards = copyOf(forwards);
    copy.fetches = copyOf(fetches);
    copy.violations = copyOf(violations);
    copy.snapshotFetch = snapshotFetch;
    copy.hasNews = hasNews;
    return copy;
  }

  private static <T> List<T> copyOf(List<T> gathered) {
    return gathered.isEmpty() ? List.of() : new ArrayList<>(gathered);
  }

  void encodeState(StateSink sink) {
    encode(messages, sink);
    encode(messagesAfterPersist, sink);
    sink.put(reads.size());
    for (ReadState read : reads) {
      sink.put(read.request());
      sink.put(read.index());
      sink.put(read.refusal());
    }
    sink.put(forwards.size());
    for (ForwardState forward : forwards) {
      sink.put(forward.first());
      sink.put(forward.count());
      sink.put(forward.result());
    }
    sink.put(fetches.size());
    for (FetchRequest fetch : fetches) {
      sink.put(fetch.consumer());
      sink.put(fetch.range().first());
      sink.put(fetch.range().last());
      sink.put(fetch.maxBytes());
    }
    sink.put(violations.size());
    for (PeerViolation violation : violations) {
      sink.put(violation.from());
      sink.put(violation.kind());
      sink.put(violation.detail());
    }
    if (sink.putPresence(snapshotFetch)) {
      sink.put(snapshotFetch.from());
      sink.put(snapshotFetch.snapshot());
    }
  }

  private static void encode(List<Message> messages, StateSink sink) {
    sink.put(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      sink.put(messages.get(i));
    }
  }
}
