// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.examples.kv.proto.KeyValue;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.PutResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * An open-loop generator: offers so many puts a second through jetcd, to all members by turns,
 * whether or not they keep up. Each put has a key of its own, so that what was acknowledged can be
 * looked for one by one.
 */
final class PutLoad implements AutoCloseable {
  private static final String PREFIX = "load-";
  private static final Duration CONVERGES = Duration.ofSeconds(60);
  private static final int MOST_OPEN = 30_000;
  private static final long ANSWER_SECONDS = 20;

  /**
   * An acknowledged put.
   *
   * @param revision the one that the answer named
   */
  record Acknowledged(long issuedNanos, long acknowledgedNanos, long revision) {}

  private final Cluster cluster;
  private final int putsPerSecond;
  private final List<io.etcd.jetcd.Client> clients = new ArrayList<>();
  private final NavigableMap<Integer, Acknowledged> acknowledged = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final Thread thread = new Thread(this::offer, "put-load");
  private volatile boolean stopping;
  private volatile int offered;

  private PutLoad(Cluster cluster, int putsPerSecond) {
    this.cluster = cluster;
    this.putsPerSecond = putsPerSecond;
    for (MemberProcess member : cluster.members()) {
      clients.add(
          io.etcd.jetcd.Client.builder().endpoints(member.clientUrl()).waitForReady(false).build());
    }
  }

  static PutLoad start(Cluster cluster, int putsPerSecond) {
    PutLoad load = new PutLoad(cluster, putsPerSecond);
    load.thread.start();
    return load;
  }

  private void offer() {
    long startNanos = System.nanoTime();
    int number = 0;
    while (!stopping) {
      long due = (System.nanoTime() - startNanos) * putsPerSecond / TimeUnit.SECONDS.toNanos(1);
      for (; number < due && !stopping; number++) {
        if (open.get() < MOST_OPEN) {
          put(number);
        }
      }
      offered = number;
      Await.pause(1);
    }
  }

  private void put(int number) {
    ByteSequence key = bytes(key(number));
    ByteSequence value = bytes(value(number));
    long issuedNanos = System.nanoTime();
    open.incrementAndGet();
    clients
        .get(number % clients.size())
        .getKVClient()
        .put(key, value)
        .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
        .whenComplete((answer, failure) -> onAnswer(number, issuedNanos, answer, failure));
  }

  private void onAnswer(int number, long issuedNanos, PutResponse answer, Throwable failure) {
    if (failure == null) {
      long revision = answer.getHeader().getRevision();
      acknowledged.put(number, new Acknowledged(issuedNanos, System.nanoTime(), revision));
    } else {
      failures.computeIfAbsent(reason(failure), text -> new LongAdder()).increment();
    }
    open.decrementAndGet();
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  /** Until this many more puts are acknowledged than when it is called. */
  void awaitProgress(int puts) {
    int goal = acknowledgedCount() + puts;
    Await.that(
        puts + " more acknowledged puts; so far " + this,
        Cluster.SERVES,
        () -> acknowledgedCount() >= goal);
  }

  /** From {@code sinceNanos} to the first acknowledgement of a put that is issued from now on. */
  Duration untilNextAcknowledged(long sinceNanos) {
    long nowNanos = System.nanoTime();
    return Await.until(
        "an acknowledged put after the leader was killed",
        Cluster.SERVES,
        () ->
            acknowledged.values().stream()
                .filter(put -> put.issuedNanos() - nowNanos > 0)
                .map(put -> Duration.ofNanos(put.acknowledgedNanos() - sinceNanos))
                .min(Comparator.naturalOrder())
                .orElse(null));
  }

  /** Offers no more, and waits until every put was answered one way or the other. */
  void stop() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Await.that("an answer to each put", Duration.ofSeconds(30), () -> open.get() == 0);
  }

  /**
   * Every acknowledged put is on every member, at the revision that its answer named, and the
   * members agree on everything, also on what was not acknowledged.
   */
  void verifyOnEveryMember() {
    awaitSameRevision();
    List<SortedMap<String, KeyValue>> states = new ArrayList<>();
    for (MemberProcess member : cluster.members()) {
      states.add(cluster.client(member).ownState(PREFIX));
    }
    for (int i = 0; i < states.size(); i++) {
      SortedMap<String, KeyValue> state = states.get(i);
      String name = cluster.members().get(i).name();
      acknowledged.forEach(
          (number, put) -> {
            KeyValue kept = state.get(key(number));
            assertThat(kept).as("put %d, acknowledged as %s, on %s", number, put, name).isNotNull();
            assertThat(kept.getValue().toStringUtf8()).isEqualTo(value(number));
            assertThat(kept.getModRevision())
                .as("revision of put %d on %s", number, name)
                .isEqualTo(put.revision());
          });
      assertThat(state).as("state of %s and member-1", name).isEqualTo(states.get(0));
    }
  }

  private void awaitSameRevision() {
    Await.that(
        "the same revision and term on every member",
        CONVERGES,
        () -> cluster.members().stream().map(this::position).distinct().count() == 1);
  }

  /** Unlike any other member's while this one does not answer. */
  private String position(MemberProcess member) {
    var status = cluster.client(member).status();
    return status == null
        ? member.name() + " does not answer"
        : status.getHeader().getRevision() + " in term " + status.getRaftTerm();
  }

  private static String key(int number) {
    return PREFIX + "%08d".formatted(number);
  }

  private static String value(int number) {
    return "value of " + key(number) + " " + "x".repeat(80);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "%d puts offered, %d acknowledged, failures %s"
        .formatted(offered, acknowledgedCount(), failures);
  }

  @Override
  public void close() {
    stopping = true;
    clients.forEach(io.etcd.jetcd.Client::close);
  }
}
