// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a host has done so far: counters that only rise, and histograms.
 *
 * <p><b>Threads.</b> Written by all agents, and read by any thread; a reader may see one a moment
 * later than another.
 */
public final class HostMetrics {
  /** A number that only rises. */
  public static final class Counter {
    private final LongAdder value = new LongAdder();

    Counter() {}

    void add(long count) {
      value.add(count);
    }

    /** The sum so far. */
    public long value() {
      return value.sum();
    }
  }

  /** How often values of each magnitude came up: bucket {@code b} counts those below 2^b. */
  public static final class Histogram {
    /** How many buckets there are. */
    public static final int BUCKETS = 64;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final Counter sum = new Counter();

    Histogram() {}

    void record(long value) {
      int bucket = Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, value)));
      counts.incrementAndGet(bucket);
      sum.add(Math.max(0, value));
    }

    /** How many values were below 2^{@code bucket} and not below half of that. */
    public long count(int bucket) {
      return counts.get(bucket);
    }

    /** How many values there were. */
    public long count() {
      long all = 0;
      for (int i = 0; i < BUCKETS; i++) {
        all += counts.get(i);
      }
      return all;
    }

    /** The sum of all values. */
    public long sum() {
      return sum.value();
    }

    /** An upper bound of the value below which {@code fraction} (0 to 1) of all lie; 0 if none. */
    public long quantile(double fraction) {
      long rank = (long) Math.ceil(count() * fraction);
      for (int i = 0; i < BUCKETS; i++) {
        rank -= counts.get(i);
        if (rank <= 0) {
          return i == 0 ? 0 : i == BUCKETS - 1 ? Long.MAX_VALUE : (1L << i) - 1;
        }
      }
      return 0;
    }
  }

  /** Turns of the loops that did something. */
  public final Counter turns = new Counter();

  /** Turns that groups took part in: an idle group takes part in those in which it is due. */
  public final Counter groupTurns = new Counter();

  /** How often a core was told that time has passed; several ticks at a time count once. */
  public final Counter coreTicks = new Counter();

  /** Messages taken from peers. */
  public final Counter messagesReceived = new Counter();

  /** Messages of peers dropped because too many waited. */
  public final AtomicLong messagesDropped = new AtomicLong();

  /** Messages that the loops handed to the transport. */
  public final Counter messagesSent = new Counter();

  /** Acknowledgements and votes that the log worker handed to the transport once durable. */
  public final Counter messagesSentAfterPersist = new Counter();

  /** Commands appended here as leader. */
  public final Counter proposalsAppended = new Counter();

  /** Commands sent to another leader. */
  public final Counter proposalsForwarded = new Counter();

  /** Requests refused at the door. */
  public final AtomicLong requestsRefused = new AtomicLong();

  /** Proposals whose outcome remained unknown. */
  public final Counter outcomesUnknown = new Counter();

  /** Entries handed to the state machine. */
  public final Counter entriesCommitted = new Counter();

  /** Entries applied. */
  public final Counter entriesApplied = new Counter();

  /** Reads answered. */
  public final Counter readsServed = new Counter();

  /** Requests for a read index made to the core: each serves all reads that waited. */
  public final Counter readBatches = new Counter();

  /** Writes of the log engine that had to be synced. */
  public final Counter syncs = new Counter();

  /** Ticks that were dropped because a loop was late. */
  public final Counter ticksMissed = new Counter();

  /** Messages dropped because they contradict certain knowledge. */
  public final Counter violations = new Counter();

  /** Snapshots taken here. */
  public final Counter snapshotsTaken = new Counter();

  /** Attempts to fetch a snapshot from a leader. */
  public final Counter snapshotFetches = new Counter();

  /** Snapshots installed from a leader. */
  public final Counter snapshotsInstalled = new Counter();

  /** Commands in one proposal to the core. */
  public final Histogram commandsPerProposal = new Histogram();

  /** Readys in one write of the log engine. */
  public final Histogram readysPerWrite = new Histogram();

  /** How long a write of the log engine took, in nanoseconds. */
  public final Histogram writeNanos = new Histogram();

  /** How long the state machine took for a batch, in nanoseconds. */
  public final Histogram applyNanos = new Histogram();

  HostMetrics() {}
}
