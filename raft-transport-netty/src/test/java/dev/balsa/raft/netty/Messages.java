// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import dev.balsa.raft.message.AppendEntries;
import dev.balsa.raft.message.AppendEntriesResponse;
import dev.balsa.raft.message.Heartbeat;
import dev.balsa.raft.message.HeartbeatResponse;
import dev.balsa.raft.message.InstallSnapshot;
import dev.balsa.raft.message.InstallSnapshotResponse;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.MessageType;
import dev.balsa.raft.message.Propose;
import dev.balsa.raft.message.ProposeResponse;
import dev.balsa.raft.message.ReadIndex;
import dev.balsa.raft.message.ReadIndexResponse;
import dev.balsa.raft.message.RequestVote;
import dev.balsa.raft.message.RequestVoteResponse;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.message.TimeoutNow;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Messages of every type, with small and extreme values in every field. */
final class Messages {
  private final Random random;

  private Messages(Random random) {
    this.random = random;
  }

  /** Any message. */
  static Arbitrary<Message> any() {
    return Arbitraries.of(MessageType.values()).flatMap(Messages::ofType);
  }

  /** Any message of this type. */
  static Arbitrary<Message> ofType(MessageType type) {
    return Arbitraries.randomValue(random -> new Messages(random).message(type));
  }

  private Message message(MessageType type) {
    Route route = new Route(memberId(), memberId());
    long term = anyLong();
    return switch (type) {
      case REQUEST_VOTE -> new RequestVote(route, term, flag(), id(), id(), flag());
      case REQUEST_VOTE_RESPONSE -> new RequestVoteResponse(route, term, flag(), flag(), id());
      case APPEND_ENTRIES -> append(route, term);
      case APPEND_ENTRIES_RESPONSE ->
          new AppendEntriesResponse(route, term, flag(), anyLong(), id());
      case HEARTBEAT -> new Heartbeat(route, term, id(), anyLong(), flag());
      case HEARTBEAT_RESPONSE -> new HeartbeatResponse(route, term, anyLong(), flag(), anyLong());
      case INSTALL_SNAPSHOT -> new InstallSnapshot(route, term, snapshot());
      case INSTALL_SNAPSHOT_RESPONSE -> new InstallSnapshotResponse(route, term, id(), flag());
      case TIMEOUT_NOW -> new TimeoutNow(route, term);
      case READ_INDEX -> new ReadIndex(route, term, request());
      case READ_INDEX_RESPONSE ->
          new ReadIndexResponse(route, term, request(), anyLong(), flag() ? refusal() : null);
      case PROPOSE -> new Propose(route, term, request(), payloads());
      case PROPOSE_RESPONSE ->
          new ProposeResponse(route, term, request(), random.nextInt(), result());
    };
  }

  private AppendEntries append(Route route, long term) {
    EntryId prev = new EntryId(anyLong() >>> 1, anyLong() >>> 2);
    List<Entry> entries = new ArrayList<>();
    for (byte[] payload : payloads()) {
      EntryId id = new EntryId(anyLong() >>> 1, prev.index() + 1 + entries.size());
      entries.add(
          Entry.of(id, EntryType.values()[random.nextInt(EntryType.values().length)], payload));
    }
    return new AppendEntries(route, term, prev, entries, anyLong());
  }

  private List<byte[]> payloads() {
    List<byte[]> payloads = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      byte[] payload = new byte[flag() ? random.nextInt(4) : random.nextInt(3000)];
      random.nextBytes(payload);
      payloads.add(payload);
    }
    return payloads;
  }

  private SnapshotMetadata snapshot() {
    List<Member> members = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int id = 1; id <= count; id++) {
      members.add(Member.of(id, "host-" + id + ":7001").bound(anyLong()));
    }
    EntryId last = id();
    EntryId configured = new EntryId(anyLong() >>> 1, flag() ? last.index() : last.index() / 2);
    return new SnapshotMetadata(last, Membership.bootstrap(members).at(configured));
  }

  private ProposeResult result() {
    return flag() ? ProposeResult.accepted(id()) : ProposeResult.refused(refusal());
  }

  private Refusal refusal() {
    Refusal.Reason[] reasons = Refusal.Reason.values();
    return new Refusal(reasons[random.nextInt(reasons.length)], anyLong());
  }

  private RequestId request() {
    return new RequestId(anyLong(), anyLong());
  }

  private MemberId memberId() {
    long id = anyLong();
    return new MemberId(id == 0 ? 1 : id, anyLong());
  }

  private EntryId id() {
    return new EntryId(anyLong() >>> 1, anyLong() >>> 1);
  }

  private boolean flag() {
    return random.nextBoolean();
  }

  private long anyLong() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(3);
      case 1 -> Long.MAX_VALUE - random.nextInt(3);
      case 2 -> random.nextInt();
      default -> random.nextLong();
    };
  }
}
