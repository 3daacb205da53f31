// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A configuration of the cluster: who votes, who learns, and who is on the way in or out (paper,
 * section 6; dissertation, chapter 4).
 *
 * <p>While {@link #isJoint() joint}, elections and commits need a majority of {@code voters} and a
 * majority of {@code outgoingVoters}.
 *
 * @param id the entry that carries this configuration; {@link EntryId#ZERO} for the first one
 * @param members every member of any kind, ascending by id
 * @param voters the incoming half: those who vote, witnesses among them
 * @param outgoingVoters the outgoing half; empty unless joint
 * @param learners those who receive the log and do not vote
 * @param learnersNext voters of the outgoing half that become learners when the joint phase ends
 * @param autoLeave whether the leader ends the joint phase by itself
 * @param featureLevel the newest message, entry and record types that may be used, from 0
 */
public record Membership(
    EntryId id,
    List<Member> members,
    IdSet voters,
    IdSet outgoingVoters,
    IdSet learners,
    IdSet learnersNext,
    boolean autoLeave,
    int featureLevel) {
  /** The configuration of a node that has not been admitted anywhere. */
  public static final Membership NONE =
      new Membership(
          EntryId.ZERO, List.of(), IdSet.EMPTY, IdSet.EMPTY, IdSet.EMPTY, IdSet.EMPTY, false, 0);

  public Membership {
    Objects.requireNonNull(id, "id");
    members = List.copyOf(members);
    IdSet named = voters.plus(outgoingVoters).plus(learners).plus(learnersNext);
    IdSet listed = IdSet.of(members.stream().mapToLong(Member::id).toArray());
    if (!listed.equals(named)) {
      throw new IllegalArgumentException(
          "members " + listed + " are not exactly those with a role " + named);
    }
    for (int i = 1; i < members.size(); i++) {
      if (members.get(i - 1).id() >= members.get(i).id()) {
        throw new IllegalArgumentException("members are not in ascending order of id");
      }
    }
    for (int i = 0; i < learners.size(); i++) {
      long learner = learners.at(i);
      if (voters.contains(learner) || outgoingVoters.contains(learner)) {
        throw new IllegalArgumentException(
            "member " + Long.toHexString(learner) + " is both voter and learner");
      }
    }
    for (int i = 0; i < learnersNext.size(); i++) {
      if (!outgoingVoters.contains(learnersNext.at(i)) || voters.contains(learnersNext.at(i))) {
        throw new IllegalArgumentException(
            "member " + Long.toHexString(learnersNext.at(i)) + " is not an outgoing voter only");
      }
    }
  }

  /** The first configuration of a cluster: these members, all voters. */
  public static Membership bootstrap(List<Member> members) {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("a cluster has at least one member");
    }
    List<Member> sorted = members.stream().sorted(Comparator.comparingLong(Member::id)).toList();
    IdSet voters = IdSet.of(sorted.stream().mapToLong(Member::id).toArray());
    return new Membership(
        EntryId.ZERO, sorted, voters, IdSet.EMPTY, IdSet.EMPTY, IdSet.EMPTY, false, 0);
  }

  /** The same configuration, carried by the entry {@code id}. */
  public Membership at(EntryId id) {
    return new Membership(
        id, members, voters, outgoingVoters, learners, learnersNext, autoLeave, featureLevel);
  }

  /** The same configuration with these descriptions of its members. */
  public Membership withMembers(List<Member> members) {
    return new Membership(
        id, members, voters, outgoingVoters, learners, learnersNext, autoLeave, featureLevel);
  }

  public boolean isJoint() {
    return !outgoingVoters.isEmpty();
  }

  /** Whether every member's incarnation is known. */
  public boolean isBound() {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).memberId().incarnation() == 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code id} votes in either half. */
  public boolean isVoter(long id) {
    return voters.contains(id) || outgoingVoters.contains(id);
  }

  /** Whether {@code id} is a member of any kind. */
  public boolean contains(long id) {
    return member(id) != null;
  }

  /** The member with this id, or null. */
  public Member member(long id) {
    // By position: asked for every message, and an iterator would be garbage each time.
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (member.id() == id) {
        return member;
      }
    }
    return null;
  }
}
