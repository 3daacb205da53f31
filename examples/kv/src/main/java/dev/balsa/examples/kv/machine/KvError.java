// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import io.grpc.Status;
import io.grpc.StatusException;

/**
 * What clients can be told is wrong. Stock clients recognise an error by its code and its text
 * together, so both are etcd's to the letter wherever etcd has such an error.
 */
public enum KvError {
  EMPTY_KEY(Status.Code.INVALID_ARGUMENT, "key is not provided"),
  KEY_NOT_FOUND(Status.Code.INVALID_ARGUMENT, "key not found"),
  VALUE_PROVIDED(Status.Code.INVALID_ARGUMENT, "value is provided"),
  LEASE_PROVIDED(Status.Code.INVALID_ARGUMENT, "lease is provided"),
  TOO_MANY_OPERATIONS(Status.Code.INVALID_ARGUMENT, "too many operations in txn request"),
  DUPLICATE_KEY(Status.Code.INVALID_ARGUMENT, "duplicate key given in txn request"),
  REQUEST_TOO_LARGE(Status.Code.INVALID_ARGUMENT, "request is too large"),
  INVALID_SORT_OPTION(Status.Code.INVALID_ARGUMENT, "invalid sort option"),
  COMPACTED(Status.Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
  FUTURE_REVISION(Status.Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
  LEASE_NOT_FOUND(Status.Code.NOT_FOUND, "requested lease not found"),
  NO_SPACE(Status.Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),
  TOO_MANY_REQUESTS(Status.Code.RESOURCE_EXHAUSTED, "too many requests"),
  TIMED_OUT(Status.Code.UNAVAILABLE, "request timed out"),
  NO_LEADER(Status.Code.UNAVAILABLE, "no leader"),
  STOPPED(Status.Code.UNAVAILABLE, "server stopped"),
  NOT_LEADER(Status.Code.FAILED_PRECONDITION, "not leader"),
  BAD_TRANSFEREE(Status.Code.FAILED_PRECONDITION, "bad leader transferee"),
  BAD_MEMBER_URLS(Status.Code.INVALID_ARGUMENT, "given member URLs are invalid"),
  MEMBER_NOT_FOUND(Status.Code.NOT_FOUND, "member not found"),
  PEER_URLS_EXIST(Status.Code.FAILED_PRECONDITION, "Peer URLs already exists"),
  NOT_A_LEARNER(Status.Code.FAILED_PRECONDITION, "can only promote a learner member"),
  TOO_MANY_LEARNERS(Status.Code.FAILED_PRECONDITION, "too many learner members in cluster"),
  NOT_ENOUGH_STARTED(
      Status.Code.FAILED_PRECONDITION, "re-configuration failed due to not enough started members"),
  UNHEALTHY(Status.Code.UNAVAILABLE, "unhealthy cluster"),
  NOT_FOR_LEARNERS(Status.Code.UNAVAILABLE, "rpc not supported for learner"),
  LEARNER_NOT_IN_SYNC(
      Status.Code.FAILED_PRECONDITION,
      "can only promote a learner member which is in sync with leader"),

  // What etcd has no words for.
  TRANSFERRING(Status.Code.UNAVAILABLE, "leadership is being handed over"),
  NO_COMMIT_IN_TERM(Status.Code.UNAVAILABLE, "the leader has committed nothing in its term yet"),
  CHANGE_PENDING(Status.Code.UNAVAILABLE, "another change of the members is under way"),
  NOT_A_MEMBER(Status.Code.UNAVAILABLE, "this member does not belong to the cluster"),
  CONFIGURATION_MISMATCH(Status.Code.FAILED_PRECONDITION, "the members are others than expected"),
  INVALID_CHANGE(Status.Code.FAILED_PRECONDITION, "no such change of the members is possible");

  private final Status status;
  private final StatusException exception;

  KvError(Status.Code code, String text) {
    this.status = code.toStatus().withDescription("etcdserver: " + text);
    this.exception =
        new StatusException(status) {
          private static final long serialVersionUID = 1;

          @Override
          public synchronized Throwable fillInStackTrace() {
            return this;
          }
        };
  }

  /** Code and text as they go on the wire. */
  public Status status() {
    return status;
  }

  /** The error as gRPC wants it thrown; without a stack trace, which would tell nothing. */
  public StatusException exception() {
    return exception;
  }
}
