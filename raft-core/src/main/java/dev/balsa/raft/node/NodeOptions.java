// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.RaftConfig;
import java.time.Duration;

/**
 * The settings of a {@link RaftHost}; the same for all its groups.
 *
 * @param tick how long a tick lasts, at least 1 ms
 * @param electionTicks how long a follower waits for a leader; see {@link RaftConfig}
 * @param heartbeatTicks between a leader's heartbeats
 * @param requestTimeout how long a proposal or read may take before its future ends
 * @param inboxCapacity how many requests of this member's clients may be accepted and unanswered at
 *     a time, of all groups together; further ones are refused as overload. Where there are several
 *     groups, none may hold more than it leaves free for the others
 * @param inboxBytes how many bytes of proposals may be accepted and unanswered at a time
 * @param maxCommandBytes the largest command that may be proposed, in bytes
 * @param snapshotEvery after how many applied entries a snapshot is taken, at most; up to a quarter
 *     fewer, so that members do not all take theirs at once. 0 for never
 * @param trailingEntries how many entries below a snapshot stay in the log, so that a member that
 *     lags a little needs no snapshot
 * @param loops how many loops the groups are spread over, at least 1; more than one pays only with
 *     many groups and cores to spare
 * @param logOnLoop whether the first loop's thread also writes the log: for engines that write to
 *     memory
 * @param applyOnLoop whether the first loop's thread also applies: saves a hand-off where the state
 *     machine is quick
 * @param seed of the election jitter; members draw differently from the same one
 * @param preVote see {@link RaftConfig}
 * @param checkQuorum see {@link RaftConfig}
 * @param maxBytesPerAppend see {@link RaftConfig}
 * @param maxUncommittedBytes see {@link RaftConfig}
 * @param entryCacheBytes see {@link RaftConfig}
 */
public record NodeOptions(
    Duration tick,
    int electionTicks,
    int heartbeatTicks,
    Duration requestTimeout,
    int inboxCapacity,
    long inboxBytes,
    int maxCommandBytes,
    long snapshotEvery,
    long trailingEntries,
    int loops,
    boolean logOnLoop,
    boolean applyOnLoop,
    long seed,
    boolean preVote,
    boolean checkQuorum,
    int maxBytesPerAppend,
    long maxUncommittedBytes,
    long entryCacheBytes) {
  /** The defaults. */
  public static final NodeOptions DEFAULTS = builder().build();

  public NodeOptions {
    require(tick.toMillis() >= 1, "tick is at least 1 ms");
    require(requestTimeout.compareTo(tick) >= 0, "requestTimeout is at least one tick");
    require(inboxCapacity >= 1, "inboxCapacity is at least 1");
    require(maxCommandBytes >= 1, "maxCommandBytes is at least 1");
    require(inboxBytes >= maxCommandBytes, "inboxBytes is at least maxCommandBytes");
    require(snapshotEvery >= 0, "snapshotEvery is at least 0");
    require(trailingEntries >= 0, "trailingEntries is at least 0");
    require(loops >= 1, "loops is at least 1");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** How many ticks {@code duration} lasts, rounded up, at least 1. */
  long ticks(Duration duration) {
    return Math.max(1, (duration.toNanos() + tick.toNanos() - 1) / tick.toNanos());
  }

  /** What the core of one group is told. */
  RaftConfig coreConfig(MemberId self, long group, long bootEpoch) {
    return RaftConfig.builder(self)
        .group(group)
        .bootEpoch(bootEpoch)
        .seed(seed)
        .electionTicks(electionTicks)
        .heartbeatTicks(heartbeatTicks)
        .preVote(preVote)
        .checkQuorum(checkQuorum)
        .maxBytesPerAppend(maxBytesPerAppend)
        .maxUncommittedBytes(maxUncommittedBytes)
        .entryCacheBytes(entryCacheBytes)
        .build();
  }

  /** Collects settings. */
  public static final class Builder {
    private Duration tick = Duration.ofMillis(100);
    private int electionTicks = 10;
    private int heartbeatTicks = 1;
    private Duration requestTimeout = Duration.ofSeconds(5);
    private int inboxCapacity = 16_384;
    private long inboxBytes = 64L << 20;
    private int maxCommandBytes = 4 << 20;
    private long snapshotEvery = 100_000;
    private long trailingEntries = 10_000;
    private int loops = 1;
    private boolean logOnLoop;
    private boolean applyOnLoop;
    private long seed = 1;
    private boolean preVote = true;
    private boolean checkQuorum = true;
    private int maxBytesPerAppend = 1 << 20;
    private long maxUncommittedBytes = 64L << 20;
    private long entryCacheBytes = 64L << 20;

    private Builder() {}

    public Builder tick(Duration tick) {
      this.tick = tick;
      return this;
    }

    public Builder electionTicks(int electionTicks) {
      this.electionTicks = electionTicks;
      return this;
    }

    public Builder heartbeatTicks(int heartbeatTicks) {
      this.heartbeatTicks = heartbeatTicks;
      return this;
    }

    public Builder requestTimeout(Duration requestTimeout) {
      this.requestTimeout = requestTimeout;
      return this;
    }

    public Builder inboxCapacity(int inboxCapacity) {
      this.inboxCapacity = inboxCapacity;
      return this;
    }

    public Builder inboxBytes(long inboxBytes) {
      this.inboxBytes = inboxBytes;
      return this;
    }

    public Builder maxCommandBytes(int maxCommandBytes) {
      this.maxCommandBytes = maxCommandBytes;
      return this;
    }

    public Builder snapshotEvery(long snapshotEvery) {
      this.snapshotEvery = snapshotEvery;
      return this;
    }

    public Builder trailingEntries(long trailingEntries) {
      this.trailingEntries = trailingEntries;
      return this;
    }

    public Builder loops(int loops) {
      this.loops = loops;
      return this;
    }

    public Builder logOnLoop(boolean logOnLoop) {
      this.logOnLoop = logOnLoop;
      return this;
    }

    public Builder applyOnLoop(boolean applyOnLoop) {
      this.applyOnLoop = applyOnLoop;
      return this;
    }

    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    public Builder preVote(boolean preVote) {
      this.preVote = preVote;
      return this;
    }

    public Builder checkQuorum(boolean checkQuorum) {
      this.checkQuorum = checkQuorum;
      return this;
    }

    public Builder maxBytesPerAppend(int maxBytesPerAppend) {
      this.maxBytesPerAppend = maxBytesPerAppend;
      return this;
    }

    public Builder maxUncommittedBytes(long maxUncommittedBytes) {
      this.maxUncommittedBytes = maxUncommittedBytes;
      return this;
    }

    public Builder entryCacheBytes(long entryCacheBytes) {
      this.entryCacheBytes = entryCacheBytes;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException naming the rule that one of them breaks
     */
    public NodeOptions build() {
      return new NodeOptions(
          tick,
          electionTicks,
          heartbeatTicks,
          requestTimeout,
          inboxCapacity,
          inboxBytes,
          maxCommandBytes,
          snapshotEvery,
          trailingEntries,
          loops,
          logOnLoop,
          applyOnLoop,
          seed,
          preVote,
          checkQuorum,
          maxBytesPerAppend,
          maxUncommittedBytes,
          entryCacheBytes);
    }
  }
}
