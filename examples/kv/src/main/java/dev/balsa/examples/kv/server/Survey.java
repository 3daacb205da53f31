// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.spi.Introduction;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Asks members, on their peer ports, who belongs to their cluster, for one that cannot know it from
 * its own log.
 *
 * <p>One answer is not enough: a member that lags behind tells of members that have left, under
 * whose ids nobody would be heard any more. What most of those whom an answer names say alike is
 * what the last committed change has made of them, since that change needed a quorum.
 *
 * <p><b>Threads.</b> Any; {@link #ask} waits for the answers.
 */
final class Survey {
  /** More than two rounds would be needed only by one who asked for a cluster's past. */
  private static final int ROUNDS = 3;

  private final String own;
  private final Question question;

  /** How one member is asked. */
  interface Question {
    Introduction ask(String address) throws IOException;
  }

  /**
   * A survey on behalf of one member.
   *
   * @param own where it listens itself, as {@code host:port}; it is not asked
   */
  Survey(String own, Question question) {
    this.own = own;
    this.question = question;
  }

  /**
   * What came of it.
   *
   * @param agreed what most say; null if too few have answered, or they do not agree
   * @param answered how many have answered
   * @param asked how many were asked
   */
  record Findings(Introduction agreed, int answered, int asked) {
    /** The id of the member that listens at this address; 0 if there is none, or no agreement. */
    long idAt(String address) {
      if (agreed != null) {
        for (Map.Entry<Long, String> member : agreed.addresses().entrySet()) {
          if (member.getValue().equals(address)) {
            return member.getKey();
          }
        }
      }
      return 0;
    }
  }

  /** Asks the members at these addresses, and those whom they name. */
  Findings ask(Collection<String> addresses) {
    TreeSet<String> asked = new TreeSet<>();
    Map<String, Introduction> answers = new ConcurrentSkipListMap<>();
    TreeSet<String> next = new TreeSet<>(addresses);
    for (int round = 0; round < ROUNDS; round++) {
      next.removeAll(asked);
      next.remove(own);
      askAll(next, answers);
      asked.addAll(next);
      next.clear();
      answers.values().forEach(answer -> next.addAll(answer.addresses().values()));
    }
    return new Findings(agreed(answers), answers.size(), asked.size());
  }

  private void askAll(Collection<String> addresses, Map<String, Introduction> answers) {
    if (addresses.isEmpty()) {
      return;
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(addresses.size(), new DefaultThreadFactory("kv-survey", true));
    for (String address : addresses) {
      threads.execute(
          () -> {
            try {
              answers.put(address, question.ask(address));
            } catch (IOException | RuntimeException e) {
              // Who does not answer is not counted.
            }
          });
    }
    threads.shutdown();
    try {
      // Each question has a time limit of its own.
      threads.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Introduction agreed(Map<String, Introduction> answers) {
    for (Introduction answer : answers.values()) {
      Map<Long, String> others = new TreeMap<>(answer.addresses());
      others.values().remove(own);
      long agreeing =
          others.values().stream().filter(each -> answer.equals(answers.get(each))).count();
      if (agreeing > others.size() / 2) {
        return answer;
      }
    }
    return null;
  }
}
