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
 * @param restore a snapshot to load into the state machine, null if none
 * @param committed entries to apply, ascending and without gaps; durable on this member
 * @param reads confirmed and failed reads
 * @param forwards answers to forwarded proposals
 * @param fetches entries wanted from disk
 * @param snapshotFetch a snapshot wanted from the leader, null if none
 * @param softState the new role and leader, null if unchanged
 * @param membership the configuration now in force, null if unchanged
 * @param violations messages that were dropped because they contradict certain knowledge
 */
public record Ready(
    long number,
    List<Message> messages,
    Persist persist,
    List<Message> messagesAfterPersist,
    SnapshotMetadata restore,
    List<Entry> committed,
    List<ReadState> reads,
    List<ForwardState> forwards,
    List<FetchRequest> fetches,
    SnapshotFetch snapshotFetch,
    SoftState softState,
    Membership membership,
    List<PeerViolation> violations) {}
