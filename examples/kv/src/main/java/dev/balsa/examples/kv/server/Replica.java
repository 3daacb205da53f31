// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.Result;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.Status;
import dev.balsa.raft.node.RaftNode;
import java.util.concurrent.CompletableFuture;

/** What the services need of a {@link RaftNode}. */
interface Replica {
  /** See {@link RaftNode#propose}. */
  CompletableFuture<Result> propose(byte[] command);

  /** See {@link RaftNode#readIndex}. */
  CompletableFuture<Long> readIndex();

  /** See {@link RaftNode#changeMembership}. */
  CompletableFuture<Membership> changeMembership(MembershipChange change);

  /** See {@link RaftNode#transferLeadership}. */
  CompletableFuture<Void> transferLeadership(long target);

  /** See {@link RaftNode#status}. */
  Status status();

  /** This node. */
  static Replica of(RaftNode<Result> node) {
    return new Replica() {
      @Override
      public CompletableFuture<Result> propose(byte[] command) {
        return node.propose(command);
      }

      @Override
      public CompletableFuture<Long> readIndex() {
        return node.readIndex();
      }

      @Override
      public CompletableFuture<Membership> changeMembership(MembershipChange change) {
        return node.changeMembership(change);
      }

      @Override
      public CompletableFuture<Void> transferLeadership(long target) {
        return node.transferLeadership(target);
      }

      @Override
      public Status status() {
        return node.status();
      }
    };
  }
}
