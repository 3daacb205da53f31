// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import java.time.Duration;

/**
 * The settings of a {@link NettyTransport}; all have defaults that suit a cluster in one data
 * centre. Not thread-safe while being set.
 */
public final class TransportOptions {
  int eventLoopThreads = 1;
  int maxFrameBytes = 8 << 20;
  int maxQueuedBytes = 32 << 20;
  int writeBufferBytes = 1 << 20;
  int maxConnections = 1024;
  int maxHalfOpenConnections = 64;
  Duration connectTimeout = Duration.ofSeconds(2);
  Duration handshakeTimeout = Duration.ofSeconds(5);
  Duration pingInterval = Duration.ofSeconds(1);
  Duration idleTimeout = Duration.ofSeconds(6);
  Duration reconnectMin = Duration.ofMillis(20);
  Duration reconnectMax = Duration.ofSeconds(2);
  int snapshotChunkBytes = 256 << 10;
  int maxSnapshotTransfers = 8;
  int snapshotThreads = 2;
  Duration snapshotTimeout = Duration.ofSeconds(30);

  TransportOptions() {}

  /** How many threads do the network's work, at least 1 (the default). */
  public TransportOptions eventLoopThreads(int threads) {
    eventLoopThreads = atLeast(1, threads, "eventLoopThreads");
    return this;
  }

  /**
   * The longest frame that is sent or accepted, in bytes, at least 4 KiB; default 8 MiB. Must be
   * the same on all members, and above what one AppendEntries may carry: {@code maxBytesPerAppend}
   * of the core, or one largest command, whichever is more.
   */
  public TransportOptions maxFrameBytes(int bytes) {
    maxFrameBytes = atLeast(4 << 10, bytes, "maxFrameBytes");
    return this;
  }

  /**
   * How many bytes of messages wait for one peer before messages are dropped, in bytes; default 32
   * MiB.
   */
  public TransportOptions maxQueuedBytes(int bytes) {
    maxQueuedBytes = atLeast(1, bytes, "maxQueuedBytes");
    return this;
  }

  /**
   * How many encoded bytes wait for one peer's socket before encoding pauses, in bytes, at least 4
   * KiB; default 1 MiB.
   */
  public TransportOptions writeBufferBytes(int bytes) {
    writeBufferBytes = atLeast(4 << 10, bytes, "writeBufferBytes");
    return this;
  }

  /** How many incoming connections there may be, at least 1; default 1024. */
  public TransportOptions maxConnections(int connections) {
    maxConnections = atLeast(1, connections, "maxConnections");
    return this;
  }

  /** How many incoming connections may be before the end of their handshake; default 64. */
  public TransportOptions maxHalfOpenConnections(int connections) {
    maxHalfOpenConnections = atLeast(1, connections, "maxHalfOpenConnections");
    return this;
  }

  /** How long a dial may take; default 2 s. */
  public TransportOptions connectTimeout(Duration timeout) {
    connectTimeout = positive(timeout, "connectTimeout");
    return this;
  }

  /** How long a handshake may take, on either side; default 5 s. */
  public TransportOptions handshakeTimeout(Duration timeout) {
    handshakeTimeout = positive(timeout, "handshakeTimeout");
    return this;
  }

  /**
   * A connection is checked for life this often, and given up after {@code idleTimeout} without a
   * sign of it; default 1 s and 6 s.
   */
  public TransportOptions keepAlive(Duration pingInterval, Duration idleTimeout) {
    if (idleTimeout.compareTo(pingInterval.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException("idleTimeout is at least twice pingInterval");
    }
    this.pingInterval = positive(pingInterval, "pingInterval");
    this.idleTimeout = idleTimeout;
    return this;
  }

  /**
   * How long to wait before dialling again: doubles from {@code min} to {@code max}, and each wait
   * is drawn from its upper half; default 20 ms and 2 s.
   */
  public TransportOptions reconnect(Duration min, Duration max) {
    if (max.compareTo(min) < 0) {
      throw new IllegalArgumentException("the longest wait is at least the shortest");
    }
    reconnectMin = positive(min, "reconnect");
    reconnectMax = max;
    return this;
  }

  /**
   * How much of a snapshot is sent at a time, in bytes, 1 KiB to 1 MiB; default 256 KiB. A transfer
   * holds three of these at most.
   */
  public TransportOptions snapshotChunkBytes(int bytes) {
    if (bytes > SnapshotFrames.MAX_CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "snapshotChunkBytes is at most " + SnapshotFrames.MAX_CHUNK_BYTES + ", not " + bytes);
    }
    snapshotChunkBytes = atLeast(1 << 10, bytes, "snapshotChunkBytes");
    return this;
  }

  /** How many snapshots may be sent at a time, and how many fetched; default 8. */
  public TransportOptions maxSnapshotTransfers(int transfers) {
    maxSnapshotTransfers = atLeast(1, transfers, "maxSnapshotTransfers");
    return this;
  }

  /** How many threads read and write snapshots, at least 1; default 2. */
  public TransportOptions snapshotThreads(int threads) {
    snapshotThreads = atLeast(1, threads, "snapshotThreads");
    return this;
  }

  /** How long a snapshot transfer may stand still before it is given up; default 30 s. */
  public TransportOptions snapshotTimeout(Duration timeout) {
    snapshotTimeout = positive(timeout, "snapshotTimeout");
    return this;
  }

  private static int atLeast(int least, int value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " is at least " + least + ", not " + value);
    }
    return value;
  }

  private static Duration positive(Duration value, String name) {
    if (value.toMillis() < 1) {
      throw new IllegalArgumentException(name + " is at least 1 ms, not " + value);
    }
    return value;
  }
}
