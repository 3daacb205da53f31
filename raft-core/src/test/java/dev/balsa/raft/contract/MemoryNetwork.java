// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.contract;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A network inside one process, for tests. {@link #transport} makes an endpoint; endpoints that
 * were started reach each other by address.
 *
 * <p>A synchronous network delivers within {@link MemoryTransport#flush}; one that is turned by
 * hand delivers when {@link #deliverOne} or {@link #deliverAll} is called. Either way one message
 * at a time is delivered, in the order in which all were flushed.
 *
 * <p><b>Threads.</b> May be used by any. The thread that delivers is the one that runs the
 * listeners; no lock is held meanwhile.
 */
public final class MemoryNetwork {
  private record Link(long from, long to) {}

  private final boolean byHand;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Map<String, MemoryTransport> bound = new HashMap<>();
  private final Set<Link> cut = new HashSet<>();
  private final Map<Link, Long> bursts = new HashMap<>();
  private boolean delivering;

  private MemoryNetwork(boolean byHand) {
    this.byHand = byHand;
  }

  /** A network that delivers within {@code flush}. */
  public static MemoryNetwork synchronous() {
    return new MemoryNetwork(false);
  }

  /** A network that delivers when told to. */
  public static MemoryNetwork turnedByHand() {
    return new MemoryNetwork(true);
  }

  /** An endpoint that will listen at this address; any text. */
  public MemoryTransport transport(String address) {
    return new MemoryTransport(this, address);
  }

  /** Drops what {@code from} sends to {@code to} from now on, and what is on its way. */
  public synchronized void cut(long from, long to) {
    cut.add(new Link(from, to));
  }

  /** Undoes {@link #cut}. */
  public synchronized void heal(long from, long to) {
    cut.remove(new Link(from, to));
  }

  /** Undoes every {@link #cut}. */
  public synchronized void healAll() {
    cut.clear();
  }

  synchronized boolean isCut(long from, long to) {
    return cut.contains(new Link(from, to));
  }

  /** Delivers what waits, and what that brings about, until nothing waits. */
  public int deliverAll() {
    int delivered = 0;
    while (deliverOne()) {
      delivered++;
    }
    return delivered;
  }

  /**
   * Delivers the message that waits longest.
   *
   * @return whether there was one, and nobody else is delivering
   */
  public boolean deliverOne() {
    Runnable next;
    synchronized (this) {
      if (delivering || waiting.isEmpty()) {
        return false;
      }
      delivering = true;
      next = waiting.remove();
    }
    try {
      next.run();
    } finally {
      synchronized (this) {
        delivering = false;
      }
    }
    return true;
  }

  /** How many deliveries wait. */
  public synchronized int waiting() {
    return waiting.size();
  }

  /**
   * In how many bursts {@code from} has sent to {@code to}: what one flush puts on the wire for one
   * peer counts once, however many messages it is.
   */
  public synchronized long bursts(long from, long to) {
    return bursts.getOrDefault(new Link(from, to), 0L);
  }

  synchronized void countBurst(long from, long to) {
    bursts.merge(new Link(from, to), 1L, Long::sum);
  }

  synchronized void post(Runnable delivery) {
    waiting.add(delivery);
  }

  /** What a flush does once everything is posted. */
  void flushed() {
    if (!byHand) {
      // A thread that finds another one delivering may leave: that one looks again afterwards.
      deliverAll();
    }
  }

  synchronized boolean bind(String address, MemoryTransport transport) {
    return bound.putIfAbsent(address, transport) == null;
  }

  synchronized void unbind(String address, MemoryTransport transport) {
    bound.remove(address, transport);
  }

  synchronized MemoryTransport at(String address) {
    return bound.get(address);
  }
}
