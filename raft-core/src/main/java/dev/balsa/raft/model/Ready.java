// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import dev.balsa.raft.message.Message;
import java.util.List;

/**
 * Everything the host has to do now: the one output of the core. Numbered from 1 without gaps, and
 * immutable.
 *
 * <p>The host
 *
 * <ol>
 *   <li>sends {@code messages} at once, in order;
 *   <li>hands {@code persist} to the log engine, in order of the numbers; any number of Readys may
 *       be in flight;
 *   <li>once this Ready's and every earlier one's {@code persist} is durable, sends {@code
 *       messagesAfterPersist} and calls {@code onPersisted(number)}. A Ready with nothing to write
 *       waits its turn all the same;
 *   <li>restores {@code restore} into the state machine if it is there, then applies {@code
 *       committed}, and calls {@code onApplied}; this does not wait for {@code persist};
 *   <li>starts {@code fetches} and {@code snapshotFetch};
 *   <li>completes reads and forwarded proposals, and tells whoever listens of {@code softState} and
 *       {@code membership}.
 * </ol>
 *
 * @param number this Ready's number
 * @param messages to be sent at once
 * @param persist to be written
 * @param messagesAfterPersist to be sent when written
 * @param committed entries to apply, ascending and without gaps; durable on this member
 * @param extras what most Readys have nothing of; each part can be asked for here as well
 */
public record Ready(
    long number,
    List<Message> messages,
    Persist persist,
    List<Message> messagesAfterPersist,
    List<Entry> committed,
    Extras extras) {
  /**
   * What most Readys have nothing of. Kept apart so that those, of which an entry takes several,
   * stay small.
   *
   * @param restore a snapshot to load into the state machine, null if none
   * @param reads confirmed and failed reads
   * @param forwards answers to forwarded proposals
   * @param fetches entries wanted from disk
   * @param snapshotFetch a snapshot wanted from the leader, null if none
   * @param softState the new role and leader, null if unchanged
   * @param membership the configuration now in force, null if unchanged
   * @param violations messages that were dropped because they contradict certain knowledge
   */
  public record Extras(
      SnapshotMetadata restore,
      List<ReadState> reads,
      List<ForwardState> forwards,
      List<FetchRequest> fetches,
      SnapshotFetch snapshotFetch,
      SoftState softState,
      Membership membership,
      List<PeerViolation> violations) {
    /** Nothing of all that. */
    public static final Extras NONE =
        new Extras(null, List.of(), List.of(), List.of(), null, null, null, List.of());
  }

  /** A snapshot to load into the state machine, null if none. */
  public SnapshotMetadata restore() {
    return extras.restore;
  }

  /** Confirmed and failed reads. */
  public List<ReadState> reads() {
    return extras.reads;
  }

  /** Answers to forwarded proposals. */
  public List<ForwardState> forwards() {
    return extras.forwards;
  }

  /** Entries wanted from disk. */
  public List<FetchRequest> fetches() {
    return extras.fetches;
  }

  /** A snapshot wanted from the leader, null if none. */
  public SnapshotFetch snapshotFetch() {
    return extras.snapshotFetch;
  }

  /** The new role and leader, null if unchanged. */
  public SoftState softState() {
    return extras.softState;
  }

  /** The configuration now in force, null if unchanged. */
  public Membership membership() {
    return extras.membership;
  }

  /** Messages that were dropped because they contradict certain knowledge. */
  public List<PeerViolation> violations() {
    return extras.violations;
  }
}
