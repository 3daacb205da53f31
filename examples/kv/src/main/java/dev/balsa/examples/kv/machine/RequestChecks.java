// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.proto.Compare;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RequestOp;
import dev.balsa.examples.kv.proto.TxnRequest;
import java.util.List;

/** What can be said against a request without looking at any state. */
public final class RequestChecks {
  /** How many compares, and operations in each branch, a transaction may have. */
  public static final int MAX_OPERATIONS = 128;

  private RequestChecks() {}

  /**
   * Checks a Range request.
   *
   * @throws RequestException saying what is wrong with it
   */
  public static void check(RangeRequest request) throws RequestException {
    checkKey(request.getKey());
    if (request.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
        || request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
      throw new RequestException(KvError.INVALID_SORT_OPTION);
    }
  }

  /**
   * Checks a Put request.
   *
   * @throws RequestException saying what is wrong with it
   */
  public static void check(PutRequest request) throws RequestException {
    checkKey(request.getKey());
    if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
      throw new RequestException(KvError.VALUE_PROVIDED);
    }
    if (request.getIgnoreLease() && request.getLease() != 0) {
      throw new RequestException(KvError.LEASE_PROVIDED);
    }
  }

  /**
   * Checks a DeleteRange request.
   *
   * @throws RequestException saying what is wrong with it
   */
  public static void check(DeleteRangeRequest request) throws RequestException {
    checkKey(request.getKey());
  }

  /**
   * Checks a transaction, in the order in which clients expect complaints.
   *
   * @throws RequestException saying what is wrong with it
   */
  public static void check(TxnRequest request) throws RequestException {
    checkOperations(request, MAX_OPERATIONS);
    WrittenKeys.check(request);
  }

  private static void checkOperations(TxnRequest request, int budget) throws RequestException {
    int widest =
        Math.max(
            request.getCompareCount(),
            Math.max(request.getSuccessCount(), request.getFailureCount()));
    if (widest > budget) {
      throw new RequestException(KvError.TOO_MANY_OPERATIONS);
    }
    for (Compare compare : request.getCompareList()) {
      checkKey(compare.getKey());
    }
    checkBranch(request.getSuccessList(), budget - widest);
    checkBranch(request.getFailureList(), budget - widest);
  }

  private static void checkBranch(List<RequestOp> operations, int budget) throws RequestException {
    for (RequestOp operation : operations) {
      switch (operation.getRequestCase()) {
        case REQUEST_RANGE -> check(operation.getRequestRange());
        case REQUEST_PUT -> check(operation.getRequestPut());
        case REQUEST_DELETE_RANGE -> check(operation.getRequestDeleteRange());
        case REQUEST_TXN -> checkOperations(operation.getRequestTxn(), budget);
        case REQUEST_NOT_SET -> throw new RequestException(KvError.KEY_NOT_FOUND);
      }
    }
  }

  private static void checkKey(ByteString key) throws RequestException {
    if (key.isEmpty()) {
      throw new RequestException(KvError.EMPTY_KEY);
    }
  }
}
