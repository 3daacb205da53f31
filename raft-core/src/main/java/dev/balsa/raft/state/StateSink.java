// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.state;

import dev.balsa.raft.message.Message;
import dev.balsa.raft.message.Route;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.HardState;
import dev.balsa.raft.model.IdSet;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.Refusal;
import dev.balsa.raft.model.RequestId;
import dev.balsa.raft.model.SnapshotMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Takes a state as a sequence of numbers in one fixed order, to be hashed, compared or kept. Two
 * nodes of the same settings that will answer all inputs alike give the same sequence, and two that
 * may not give different ones: lists say how long they are, and what may be absent says whether it
 * is there.
 *
 * <p>What only counts as a difference is given as one: an age and not a moment, how many Readys ago
 * and not their numbers. So a state is known again whenever it comes back.
 */
public abstract class StateSink {
  private final boolean timed;

  /**
   * @param timed whether ages and timers are part of the state. Where no time passes, or nothing
   *     that hangs on it is switched on, they only tell apart what behaves alike
   */
  protected StateSink(boolean timed) {
    this.timed = timed;
  }

  /** Takes the next number. */
  public abstract void put(long value);

  /** Whether ages and timers are part of the state. */
  public final boolean isTimed() {
    return timed;
  }

  public final void put(boolean value) {
    put(value ? 1 : 0);
  }

  public final void put(Enum<?> value) {
    put(value.ordinal());
  }

  /** How many ticks ago {@code then} was; from {@code limit} ticks on nobody tells a difference. */
  public final void putAge(long now, long then, long limit) {
    if (timed) {
      put(Math.min(now - then, limit));
    }
  }

  /** In how many ticks {@code due} will be; what is overdue is due. */
  public final void putDelay(long now, long due) {
    if (timed) {
      put(Math.max(due - now, 0));
    }
  }

  /** Says whether there is a value; returns whether its content is to follow. */
  public final boolean putPresence(Object value) {
    put(value != null);
    return value != null;
  }

  public final void put(byte[] bytes) {
    put(bytes.length);
    for (int at = 0; at < bytes.length; at += Long.BYTES) {
      long word = 0;
      for (int i = at; i < Math.min(at + Long.BYTES, bytes.length); i++) {
        word = word << Byte.SIZE | (bytes[i] & 0xff);
      }
      put(word);
    }
  }

  public final void put(String text) {
    put(text.getBytes(StandardCharsets.UTF_8));
  }

  public final void put(EntryId id) {
    put(id.term());
    put(id.index());
  }

  public final void put(RequestId request) {
    put(request.bootEpoch());
    put(request.sequence());
  }

  public final void put(HardState state) {
    put(state.term());
    put(state.votedFor());
    put(state.commit());
  }

  public final void put(Entry entry) {
    put(entry.id());
    put(entry.type().code());
    put(entry.crc());
    put(entry.data());
  }

  public final void put(List<Entry> entries) {
    put(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      put(entries.get(i));
    }
  }

  public final void put(MemberId id) {
    put(id.id());
    put(id.incarnation());
  }

  public final void put(Route route) {
    put(route.from());
    put(route.to());
  }

  public final void put(IdSet ids) {
    put(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      put(ids.at(i));
    }
  }

  public final void put(Membership membership) {
    put(membership.id());
    put(membership.members().size());
    for (Member member : membership.members()) {
      put(member.memberId());
      put(member.witness());
      put(member.priority());
      put(member.autoPromote());
      put(member.context());
    }
    put(membership.voters());
    put(membership.outgoingVoters());
    put(membership.learners());
    put(membership.learnersNext());
    put(membership.autoLeave());
    put(membership.featureLevel());
  }

  public final void put(SnapshotMetadata snapshot) {
    put(snapshot.id());
    put(snapshot.membership());
  }

  /** May be null. */
  public final void put(Refusal refusal) {
    if (putPresence(refusal)) {
      put(refusal.reason());
      put(refusal.leader());
      put(refusal.detail().getBytes(StandardCharsets.UTF_8));
    }
  }

  public final void put(ProposeResult result) {
    if (putPresence(result.first())) {
      put(result.first());
    }
    put(result.refusal());
  }

  /** A message, with all it says. */
  public final void put(Message message) {
    MessageState.encode(message, this);
  }
}
