// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import io.grpc.Status;
import io.grpc.StatusException;

/**
 * What clients can be told is wrong. Stock clients recognise an error by its code and its text
 * together, so both are etcd's to the letter.
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
  STOPPED(Status.Code.UNAVAILABLE, "server stopped");

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
