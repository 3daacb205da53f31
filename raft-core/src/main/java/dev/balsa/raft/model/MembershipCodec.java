// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a {@link Membership}: the payload of a configuration entry, and part of a snapshot's
 * description. Equal configurations have equal bytes.
 *
 * <p>The {@link Membership#id() entry id} is not among them: it is the entry's own.
 */
public final class MembershipCodec {
  /** How many members a configuration may name. */
  public static final int MAX_MEMBERS = 1024;

  /** How long a member's context may be, in bytes of UTF-8. */
  public static final int MAX_CONTEXT_BYTES = 64 << 10;

  private static final byte VERSION = 1;
  private static final int VOTER = 1;
  private static final int OUTGOING = 2;
  private static final int LEARNER = 4;
  private static final int LEARNER_NEXT = 8;
  private static final int WITNESS = 16;
  private static final int AUTO_PROMOTE = 32;
  private static final int ALL_FLAGS = 63;
  private static final int BYTES_BESIDE_CONTEXT = 8 + 8 + 1 + 4 + 4;

  private MembershipCodec() {}

  /**
   * The bytes of this configuration.
   *
   * @throws IllegalArgumentException if it is over a limit
   */
  public static byte[] encode(Membership membership) {
    require(membership.members().size() <= MAX_MEMBERS, "too many members");
    List<byte[]> contexts = new ArrayList<>(membership.members().size());
    int size = 1 + 1 + 4 + 4;
    for (Member member : membership.members()) {
      byte[] context = member.context().getBytes(StandardCharsets.UTF_8);
      require(context.length <= MAX_CONTEXT_BYTES, "a member's context is too long");
      contexts.add(context);
      size += BYTES_BESIDE_CONTEXT + context.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.put(VERSION).put((byte) (membership.autoLeave() ? 1 : 0));
    out.putInt(membership.featureLevel()).putInt(membership.members().size());
    for (int i = 0; i < contexts.size(); i++) {
      Member member = membership.members().get(i);
      out.putLong(member.id()).putLong(member.memberId().incarnation());
      out.put((byte) flags(membership, member)).putInt(member.priority());
      out.putInt(contexts.get(i).length).put(contexts.get(i));
    }
    return out.array();
  }

  private static int flags(Membership membership, Member member) {
    long id = member.id();
    return (membership.voters().contains(id) ? VOTER : 0)
        | (membership.outgoingVoters().contains(id) ? OUTGOING : 0)
        | (membership.learners().contains(id) ? LEARNER : 0)
        | (membership.learnersNext().contains(id) ? LEARNER_NEXT : 0)
        | (member.witness() ? WITNESS : 0)
        | (member.autoPromote() ? AUTO_PROMOTE : 0);
  }

  /**
   * The configuration that these bytes describe, carried by the entry {@code id}.
   *
   * @throws IllegalArgumentException if they describe none
   */
  public static Membership decode(EntryId id, byte[] bytes) {
    try {
      return decode(id, ByteBuffer.wrap(bytes));
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a configuration ends before its end", e);
    }
  }

  private static Membership decode(EntryId id, ByteBuffer in) {
    int version = in.get();
    require(version == VERSION, "unknown version of a configuration: " + version);
    int autoLeave = in.get();
    require(autoLeave == 0 || autoLeave == 1, "not a flag: " + autoLeave);
    int featureLevel = in.getInt();
    int count = in.getInt();
    require(count >= 0 && count <= MAX_MEMBERS, "a configuration of " + count + " members");
    require(count <= in.remaining() / BYTES_BESIDE_CONTEXT, "fewer bytes than members");
    List<Member> members = new ArrayList<>(count);
    int[] flags = new int[count];
    for (int i = 0; i < count; i++) {
      long member = in.getLong();
      require(member != 0, "a member's id is never 0");
      long incarnation = in.getLong();
      flags[i] = in.get() & 0xff;
      require((flags[i] & ~ALL_FLAGS) == 0, "unknown flags of a member: " + flags[i]);
      int priority = in.getInt();
      int length = in.getInt();
      require(length >= 0 && length <= MAX_CONTEXT_BYTES, "a context of " + length + " bytes");
      require(length <= in.remaining(), "a context beyond the end");
      byte[] context = new byte[length];
      in.get(context);
      members.add(
          new Member(
              new MemberId(member, incarnation),
              (flags[i] & WITNESS) != 0,
              priority,
              (flags[i] & AUTO_PROMOTE) != 0,
              new String(context, StandardCharsets.UTF_8)));
    }
    require(!in.hasRemaining(), in.remaining() + " bytes too many");
    return new Membership(
        id,
        members,
        withFlag(members, flags, VOTER),
        withFlag(members, flags, OUTGOING),
        withFlag(members, flags, LEARNER),
        withFlag(members, flags, LEARNER_NEXT),
        autoLeave == 1,
        featureLevel);
  }

  private static IdSet withFlag(List<Member> members, int[] flags, int flag) {
    long[] ids = new long[members.size()];
    int size = 0;
    for (int i = 0; i < flags.length; i++) {
      if ((flags[i] & flag) != 0) {
        ids[size++] = members.get(i).id();
      }
    }
    return IdSet.of(Arrays.copyOf(ids, size));
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
