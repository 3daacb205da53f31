// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.KvMachine;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.proto.ResponseHeader;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * What all services work with.
 *
 * @param clusterId the cluster's id, as told to clients
 * @param memberId this member's id
 * @param machine the state, for reading
 * @param replica the node
 * @param requests the way to the node for requests
 * @param cleaner frees space after compactions
 * @param background runs what would hold up others; bounded, one task at a time
 */
record ServiceContext(
    long clusterId,
    long memberId,
    KvMachine machine,
    Replica replica,
    Requests requests,
    Cleaner cleaner,
    Executor background) {
  /** The header of a reply at this revision of the store; 0 to leave it out. */
  ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(clusterId)
        .setMemberId(memberId)
        .setRevision(revision)
        .setRaftTerm(replica.status().hardState().term())
        .build();
  }

  /** Replicates a command and answers with what {@code reply} makes of its result. */
  <T> void propose(byte[] command, StreamObserver<T> client, Function<Result, T> reply) {
    requests.propose(
        command,
        new Requests.Outcome() {
          @Override
          public void onResult(Result result) {
            if (result instanceof Result.Failure failure) {
              fail(client, failure.error());
            } else {
              answer(client, reply.apply(result));
            }
          }

          @Override
          public void onError(KvError error) {
            fail(client, error);
          }
        });
  }

  /** Runs {@code read} when this member's state is fresh enough for a linearizable read. */
  void whenFresh(StreamObserver<?> client, Runnable read) {
    requests.awaitFresh(
        new Requests.Outcome() {
          @Override
          public void onResult(Result none) {
            read.run();
          }

          @Override
          public void onError(KvError error) {
            fail(client, error);
          }
        });
  }

  /** Runs what takes long where it holds up nobody, if there is room. */
  void inBackground(StreamObserver<?> client, Runnable task) {
    try {
      background.execute(task);
    } catch (RejectedExecutionException e) {
      fail(client, KvError.TOO_MANY_REQUESTS);
    }
  }

  static <T> void answer(StreamObserver<T> client, T reply) {
    client.onNext(reply);
    client.onCompleted();
  }

  static void fail(StreamObserver<?> client, KvError error) {
    client.onError(error.exception());
  }
}
