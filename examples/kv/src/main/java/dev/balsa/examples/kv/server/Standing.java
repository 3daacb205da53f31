// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.node.Members;
import dev.balsa.raft.node.NodeListener;
import dev.balsa.raft.spi.Introduction;
import dev.balsa.raft.spi.LogIdentity;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How this member stands with its cluster: finds out that it was removed from its cluster: by its
 * own log if that tells it, and otherwise, if it was down or cut off then, by asking the others for
 * as long as nobody leads it.
 *
 * <p><b>Threads.</b> The node's, and one of its own, which waits for answers.
 */
final class Standing implements NodeListener {
  private final MemberConfig config;
  private final long clusterId;
  private final long memberId;
  private final Survey survey;
  private final CompletableFuture<Void> removed = new CompletableFuture<>();
  private volatile boolean isStopped;

  Standing(MemberConfig config, LogIdentity self, Survey survey) {
    this.config = config;
    this.clusterId = self.clusterId();
    this.memberId = self.member().id();
    this.survey = survey;
  }

  void start(Replica replica) {
    Thread thread = new Thread(() -> watch(replica), "kv-standing");
    thread.setDaemon(true);
    thread.start();
  }

  void stop() {
    isStopped = true;
  }

  /** Fails, with a {@link RemovedException}, once it is certain. */
  CompletableFuture<Void> removed() {
    return removed;
  }

  @Override
  public void onRemoved(long group, Membership membership) {
    removed.completeExceptionally(exception());
  }

  private RemovedException exception() {
    return new RemovedException(
        "member "
            + config.name()
            + " ("
            + Long.toHexString(memberId)
            + ") was removed from cluster "
            + Long.toHexString(clusterId)
            + "; its data directory "
            + config.dataDirectory()
            + " is of no further use");
  }

  private void watch(Replica replica) {
    long pauseMillis = 2 * config.election().toMillis();
    try {
      while (!isStopped && !removed.isDone()) {
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
        Status status = replica.status();
        if (status.leader() == 0 && hasLeft(survey.ask(addresses(status.membership())).agreed())) {
          removed.completeExceptionally(exception());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whom to ask: who belongs to the cluster as far as this member knows. */
  private Collection<String> addresses(Membership membership) {
    return membership.members().isEmpty()
        ? config.otherAddresses()
        : membership.members().stream().map(Members::addressOf).toList();
  }

  private boolean hasLeft(Introduction cluster) {
    return cluster != null
        && cluster.clusterId() == clusterId
        && !cluster.addresses().containsKey(memberId);
  }
}
