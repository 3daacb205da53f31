// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.netty;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * The connections that others have made to us, and how many of which kind there may be. May be used
 * by any thread.
 */
final class Incoming {
  /** Which transfer: a peer fetches one snapshot of a group at a time. */
  private record TransferKey(long peer, long group) {}

  private final TransportOptions options;
  private final LongConsumer onPeer;
  private final Set<Channel> halfOpen = new LinkedHashSet<>();
  private final Map<Long, IncomingMessages> byPeer = new HashMap<>();
  private final Map<TransferKey, Channel> transfers = new HashMap<>();
  private int open;

  /**
   * Nothing is connected yet.
   *
   * @param onPeer told of each peer that has made a connection for messages
   */
  Incoming(TransportOptions options, LongConsumer onPeer) {
    this.options = options;
    this.onPeer = onPeer;
  }

  synchronized int open() {
    return open;
  }

  /**
   * Takes in a new connection, or says that there are too many.
   *
   * <p>When too many stand before the end of their handshake, the oldest of these is closed: a
   * member's handshake is over in a moment, so that strangers who hold connections open keep out
   * each other but no member.
   */
  boolean admit(Channel channel) {
    Channel oldest = null;
    synchronized (this) {
      if (open >= options.maxConnections) {
        return false;
      }
      open++;
      halfOpen.add(channel);
      if (halfOpen.size() > options.maxHalfOpenConnections) {
        Iterator<Channel> all = halfOpen.iterator();
        oldest = all.next();
        all.remove();
      }
    }
    channel.closeFuture().addListener(closed -> gone(channel));
    if (oldest != null) {
      oldest.close();
    }
    return true;
  }

  private synchronized void gone(Channel channel) {
    open--;
    halfOpen.remove(channel);
    byPeer.values().removeIf(each -> each.channel() == channel);
    transfers.values().removeIf(each -> each == channel);
  }

  synchronized void handshakeDone(Channel channel) {
    halfOpen.remove(channel);
  }

  /**
   * Makes this a peer's one connection for messages.
   *
   * @return when the one before it has ended; null if there was none. Only then may the new one be
   *     read: else messages of both would mix, and those of the old one arrive late
   */
  Future<?> replace(long peer, IncomingMessages connection) {
    IncomingMessages old;
    synchronized (this) {
      old = byPeer.put(peer, connection);
    }
    onPeer.accept(peer);
    return old == null ? null : old.retire();
  }

  /**
   * Takes in a snapshot transfer, unless there are too many. Another one of the same peer and group
   * ends: a peer that asks again has lost the first, even if we have not seen that yet.
   */
  boolean admitTransfer(long peer, long group, Channel channel) {
    TransferKey key = new TransferKey(peer, group);
    Channel old;
    synchronized (this) {
      old = transfers.get(key);
      if (old == null && transfers.size() >= options.maxSnapshotTransfers) {
        return false;
      }
      transfers.put(key, channel);
    }
    if (old != null) {
      old.close();
    }
    return true;
  }

  /** Closes what this peer has opened. */
  void closeAll(long peer) {
    List<Channel> ending = new ArrayList<>();
    synchronized (this) {
      IncomingMessages messages = byPeer.remove(peer);
      if (messages != null) {
        ending.add(messages.channel());
      }
      transfers.forEach(
          (key, channel) -> {
            if (key.peer() == peer) {
              ending.add(channel);
            }
          });
    }
    ending.forEach(Channel::close);
  }
}
