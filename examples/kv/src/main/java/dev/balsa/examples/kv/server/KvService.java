// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceContext.answer;
import static dev.balsa.examples.kv.server.ServiceContext.fail;

import dev.balsa.examples.kv.machine.Command;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.RangeQuery;
import dev.balsa.examples.kv.machine.RequestChecks;
import dev.balsa.examples.kv.machine.RequestException;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.machine.Transaction;
import dev.balsa.examples.kv.proto.CompactionRequest;
import dev.balsa.examples.kv.proto.CompactionResponse;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.DeleteRangeResponse;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.PutResponse;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RangeResponse;
import dev.balsa.examples.kv.proto.RequestOp;
import dev.balsa.examples.kv.proto.TxnRequest;
import dev.balsa.examples.kv.proto.TxnResponse;
import dev.balsa.examples.kv.store.State;
import io.grpc.stub.StreamObserver;

/**
 * Keys: reads from this member's state, writes through the log.
 *
 * <p><b>Threads.</b> Called by event loops, which it never holds up; replies leave from the apply
 * worker, many at a time, so that one flush takes them all.
 */
final class KvService extends KVGrpc.KVImplBase {
  /** The largest command, in bytes: etcd's default for requests. */
  static final int MAX_REQUEST_BYTES = 3 << 19;

  /** A read that looks at more keys than this goes to the background. */
  private static final long MAX_QUICK_KEYS = 1_000;

  private final ServiceContext context;
  private final long quotaBytes;

  /**
   * Makes the service.
   *
   * @param quotaBytes how large the store may grow before it refuses to
   */
  KvService(ServiceContext context, long quotaBytes) {
    this.context = context;
    this.quotaBytes = quotaBytes;
  }

  @Override
  public void range(RangeRequest request, StreamObserver<RangeResponse> client) {
    try {
      RequestChecks.check(request);
    } catch (RequestException e) {
      fail(client, e.error());
      return;
    }
    if (request.getSerializable()) {
      answerRange(request, client);
    } else {
      context.whenFresh(client, () -> answerRange(request, client));
    }
  }

  private void answerRange(RangeRequest request, StreamObserver<RangeResponse> client) {
    State state = context.machine().state();
    if (RangeQuery.cost(request, state) > MAX_QUICK_KEYS) {
      context.inBackground(client, () -> answerRange(request, state, client));
    } else {
      answerRange(request, state, client);
    }
  }

  private void answerRange(
      RangeRequest request, State state, StreamObserver<RangeResponse> client) {
    try {
      Result.Range result = RangeQuery.run(request, state);
      answer(client, Replies.range(result, context.header(result.revision())));
    } catch (RequestException e) {
      fail(client, e.error());
    }
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> client) {
    try {
      RequestChecks.check(request);
      byte[] command = checkSize(Command.of(request));
      checkSpace();
      context.propose(
          command,
          client,
          result -> Replies.put((Result.Put) result, context.header(result.revision())));
    } catch (RequestException e) {
      fail(client, e.error());
    }
  }

  @Override
  public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> client) {
    try {
      RequestChecks.check(request);
      context.propose(
          checkSize(Command.of(request)),
          client,
          result ->
              Replies.deleteRange((Result.DeleteRange) result, context.header(result.revision())));
    } catch (RequestException e) {
      fail(client, e.error());
    }
  }

  @Override
  public void txn(TxnRequest request, StreamObserver<TxnResponse> client) {
    try {
      RequestChecks.check(request);
      if (Transaction.isReadOnly(request)) {
        read(request, client);
        return;
      }
      byte[] command = checkSize(Command.of(request));
      if (mayPut(request)) {
        checkSpace();
      }
      context.propose(
          command,
          client,
          result -> Replies.txn((Result.Txn) result, context.header(result.revision())));
    } catch (RequestException e) {
      fail(client, e.error());
    }
  }

  private void read(TxnRequest request, StreamObserver<TxnResponse> client) {
    Runnable read =
        () -> {
          try {
            Result.Txn result = Transaction.read(request, context.machine().state());
            answer(client, Replies.txn(result, context.header(result.revision())));
          } catch (RequestException e) {
            fail(client, e.error());
          }
        };
    if (Transaction.isSerializable(request)) {
      read.run();
    } else {
      context.whenFresh(client, read);
    }
  }

  @Override
  public void compact(CompactionRequest request, StreamObserver<CompactionResponse> client) {
    context
        .requests()
        .propose(
            Command.of(request),
            new Requests.Outcome() {
              @Override
              public void onResult(Result result) {
                if (result instanceof Result.Failure failure) {
                  fail(client, failure.error());
                } else if (request.getPhysical()) {
                  context.cleaner().whenClean(() -> answerCompact(result, client));
                } else {
                  answerCompact(result, client);
                }
              }

              @Override
              public void onError(KvError error) {
                fail(client, error);
              }
            });
  }

  private void answerCompact(Result result, StreamObserver<CompactionResponse> client) {
    answer(
        client,
        CompactionResponse.newBuilder().setHeader(context.header(result.revision())).build());
  }

  private static byte[] checkSize(byte[] command) throws RequestException {
    if (command.length > MAX_REQUEST_BYTES) {
      throw new RequestException(KvError.REQUEST_TOO_LARGE);
    }
    return command;
  }

  /** Deleting and compacting go on: they are the way out. */
  private void checkSpace() throws RequestException {
    if (context.machine().state().footprint() > quotaBytes) {
      throw new RequestException(KvError.NO_SPACE);
    }
  }

  private static boolean mayPut(TxnRequest request) {
    return request.getSuccessList().stream().anyMatch(KvService::mayPut)
        || request.getFailureList().stream().anyMatch(KvService::mayPut);
  }

  private static boolean mayPut(RequestOp operation) {
    return operation.hasRequestPut()
        || (operation.hasRequestTxn() && mayPut(operation.getRequestTxn()));
  }
}
