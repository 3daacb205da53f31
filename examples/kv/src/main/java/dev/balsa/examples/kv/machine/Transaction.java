// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import dev.balsa.examples.kv.proto.RequestOp;
import dev.balsa.examples.kv.proto.TxnRequest;
import dev.balsa.examples.kv.store.State;
import dev.balsa.examples.kv.store.Writer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Runs a Txn request: decides all branches, nested ones too, on the state before it; makes sure
 * that everything in them can be done; then does it, in order.
 */
public final class Transaction {
  private Transaction() {}

  /**
   * Runs a transaction that may write.
   *
   * @param isAwaited whether somebody wants the result; if not, what it reads need not be read
   * @throws RequestException if an operation cannot be done; then nothing was
   */
  static Result.Txn run(TxnRequest request, Writer writer, boolean isAwaited)
      throws RequestException {
    Plan plan = plan(request, writer.view());
    try {
      return new Run(writer, null, isAwaited).run(request, plan);
    } catch (RequestException e) {
      // Part of it may be written already. The plan and the checks at the door rule this out.
      throw new IllegalStateException("an operation that was checked cannot be done", e);
    }
  }

  /**
   * Runs a transaction that {@linkplain #isReadOnly only reads}.
   *
   * @throws RequestException if an operation cannot be done
   */
  public static Result.Txn read(TxnRequest request, State state) throws RequestException {
    return new Run(null, state, true).run(request, plan(request, state));
  }

  /** Whether neither branch can write. */
  public static boolean isReadOnly(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(RequestOp::hasRequestRange)
        && request.getFailureList().stream().allMatch(RequestOp::hasRequestRange);
  }

  /** Whether a read-only transaction is content with this member's own state, however old. */
  public static boolean isSerializable(TxnRequest request) {
    return request.getSuccessList().stream().allMatch(op -> op.getRequestRange().getSerializable())
        && request.getFailureList().stream().allMatch(op -> op.getRequestRange().getSerializable());
  }

  /**
   * Which way a transaction goes.
   *
   * @param nested the same for the transactions among the operations of that branch, in order
   */
  private record Plan(boolean succeeded, List<Plan> nested) {
    List<RequestOp> operations(TxnRequest request) {
      return succeeded ? request.getSuccessList() : request.getFailureList();
    }
  }

  private static Plan plan(TxnRequest request, State before) throws RequestException {
    Plan plan = new Plan(Compares.hold(request.getCompareList(), before), new ArrayList<>());
    for (RequestOp operation : plan.operations(request)) {
      switch (operation.getRequestCase()) {
        case REQUEST_TXN -> plan.nested.add(plan(operation.getRequestTxn(), before));
        case REQUEST_RANGE -> RangeQuery.checkRevision(operation.getRequestRange(), before);
        case REQUEST_PUT -> {
          var put = operation.getRequestPut();
          Writes.check(put, before.get(put.getKey().toByteArray(), before.revision()));
        }
        case REQUEST_DELETE_RANGE -> {}
        case REQUEST_NOT_SET -> throw new RequestException(KvError.KEY_NOT_FOUND);
      }
    }
    return plan;
  }

  /**
   * The second half, when all is decided.
   *
   * @param writer null if the transaction only reads
   * @param state what it reads then; null otherwise
   */
  private record Run(Writer writer, State state, boolean isAwaited) {
    Result.Txn run(TxnRequest request, Plan plan) throws RequestException {
      List<Result> results = new ArrayList<>();
      Iterator<Plan> nested = plan.nested().iterator();
      for (RequestOp operation : plan.operations(request)) {
        switch (operation.getRequestCase()) {
          case REQUEST_TXN -> results.add(run(operation.getRequestTxn(), nested.next()));
          case REQUEST_PUT -> results.add(Writes.put(operation.getRequestPut(), writer));
          case REQUEST_DELETE_RANGE ->
              results.add(Writes.delete(operation.getRequestDeleteRange(), writer));
          case REQUEST_RANGE -> {
            if (isAwaited) {
              results.add(RangeQuery.run(operation.getRequestRange(), view()));
            }
          }
          case REQUEST_NOT_SET -> throw new IllegalStateException("ruled out by the plan");
        }
      }
      long revision = writer == null ? state.revision() : writer.revision();
      return new Result.Txn(revision, plan.succeeded(), results);
    }

    private State view() {
      return writer == null ? state : writer.view();
    }
  }
}
