// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import java.util.Objects;

/**
 * The settings of one node of the core. Ticks are the core's only measure of time; the host decides
 * how long one lasts.
 *
 * @param self this member's id and incarnation
 * @param group the group's id, never reused
 * @param bootEpoch how often the data directory has been opened, from 1
 * @param seed of the election jitter; each member, group and start draws differently from it
 * @param electionTicks how long a follower waits for a leader, at least twice {@code
 *     heartbeatTicks}; the wait is drawn from [electionTicks, 2 x electionTicks)
 * @param heartbeatTicks between a leader's heartbeats, at least 1
 * @param preVote whether a campaign first asks if it could win (dissertation, section 9.6)
 * @param checkQuorum whether a leader that hears from no quorum for an election timeout steps down,
 *     and voters ignore candidates while they hear from a leader (dissertation, section 4.2.3)
 * @param diskStallTicks after how many ticks without a completion, with a write under way, the disk
 *     counts as stalled: a leader then hands over or steps down, and nobody campaigns on such a
 *     disk; 0 for never. By default twice {@code electionTicks}
 * @param maxBytesPerAppend the most bytes of entries in one AppendEntries, at least one entry
 * @param maxInflightAppends how many unacknowledged AppendEntries a peer may have
 * @param maxInflightBytes how many unacknowledged bytes a peer may have
 * @param maxUncommittedBytes how many appended and not yet committed bytes a leader takes on
 * @param maxBytesPerApply the most bytes handed to the state machine at once, at least one entry
 * @param maxUnappliedBytes how many bytes may be at the state machine and not yet applied
 * @param entryCacheBytes how many bytes of durable entries are kept in memory
 */
public record RaftConfig(
    MemberId self,
    long group,
    long bootEpoch,
    long seed,
    int electionTicks,
    int heartbeatTicks,
    boolean preVote,
    boolean checkQuorum,
    int diskStallTicks,
    int maxBytesPerAppend,
    int maxInflightAppends,
    long maxInflightBytes,
    long maxUncommittedBytes,
    int maxBytesPerApply,
    long maxUnappliedBytes,
    long entryCacheBytes) {
  public RaftConfig {
    Objects.requireNonNull(self, "self");
    require(bootEpoch >= 1, "bootEpoch is at least 1");
    require(heartbeatTicks >= 1, "heartbeatTicks is at least 1");
    require(electionTicks >= 2 * heartbeatTicks, "electionTicks is at least 2 x heartbeatTicks");
    require(diskStallTicks >= 0, "diskStallTicks is at least 0");
    require(maxBytesPerAppend >= 1, "maxBytesPerAppend is at least 1");
    requireInflightLimits(maxInflightAppends, maxInflightBytes);
    require(maxUncommittedBytes >= 1, "maxUncommittedBytes is at least 1");
    require(maxBytesPerApply >= 1, "maxBytesPerApply is at least 1");
    require(maxUnappliedBytes >= 1, "maxUnappliedBytes is at least 1");
    require(entryCacheBytes >= 0, "entryCacheBytes is at least 0");
  }

  /**
   * Checks the bounds of a peer's window.
   *
   * @throws IllegalArgumentException naming the rule that one of them breaks
   */
  public static void requireInflightLimits(int maxInflightAppends, long maxInflightBytes) {
    require(maxInflightAppends >= 1, "maxInflightAppends is at least 1");
    require(maxInflightBytes >= 1, "maxInflightBytes is at least 1");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** A builder with defaults for everything but who this member is. */
  public static Builder builder(MemberId self) {
    return new Builder(self);
  }

  /** Collects settings; the defaults suit a cluster in one data centre with ticks of 100 ms. */
  public static final class Builder {
    private final MemberId self;
    private long group = 1;
    private long bootEpoch = 1;
    private long seed = 1;
    private int electionTicks = 10;
    private int heartbeatTicks = 1;
    private boolean preVote = true;
    private boolean checkQuorum = true;
    private int diskStallTicks = -1;
    private int maxBytesPerAppend = 1 << 20;
    private int maxInflightAppends = 512;
    private long maxInflightBytes = 16L << 20;
    private long maxUncommittedBytes = 64L << 20;
    private int maxBytesPerApply = 1 << 20;
    private long maxUnappliedBytes = 16L << 20;
    private long entryCacheBytes = 64L << 20;

    private Builder(MemberId self) {
      this.self = self;
    }

    public Builder group(long group) {
      this.group = group;
      return this;
    }

    public Builder bootEpoch(long bootEpoch) {
      this.bootEpoch = bootEpoch;
      return this;
    }

    public Builder seed(long seed) {
      this.seed = seed;
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

    public Builder preVote(boolean preVote) {
      this.preVote = preVote;
      return this;
    }

    public Builder checkQuorum(boolean checkQuorum) {
      this.checkQuorum = checkQuorum;
      return this;
    }

    public Builder diskStallTicks(int diskStallTicks) {
      this.diskStallTicks = diskStallTicks;
      return this;
    }

    public Builder maxBytesPerAppend(int maxBytesPerAppend) {
      this.maxBytesPerAppend = maxBytesPerAppend;
      return this;
    }

    public Builder maxInflightAppends(int maxInflightAppends) {
      this.maxInflightAppends = maxInflightAppends;
      return this;
    }

    public Builder maxInflightBytes(long maxInflightBytes) {
      this.maxInflightBytes = maxInflightBytes;
      return this;
    }

    public Builder maxUncommittedBytes(long maxUncommittedBytes) {
      this.maxUncommittedBytes = maxUncommittedBytes;
      return this;
    }

    public Builder maxBytesPerApply(int maxBytesPerApply) {
      this.maxBytesPerApply = maxBytesPerApply;
      return this;
    }

    public Builder maxUnappliedBytes(long maxUnappliedBytes) {
      this.maxUnappliedBytes = maxUnappliedBytes;
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
    public RaftConfig build() {
      return new RaftConfig(
          self,
          group,
          bootEpoch,
          seed,
          electionTicks,
          heartbeatTicks,
          preVote,
          checkQuorum,
          diskStallTicks < 0 ? 2 * electionTicks : diskStallTicks,
          maxBytesPerAppend,
          maxInflightAppends,
          maxInflightBytes,
          maxUncommittedBytes,
          maxBytesPerApply,
          maxUnappliedBytes,
          entryCacheBytes);
    }
  }
}
