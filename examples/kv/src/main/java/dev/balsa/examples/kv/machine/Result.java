// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import dev.balsa.examples.kv.store.KeyVersion;
import java.util.List;

/** What a request came to. */
public sealed interface Result {
  /** The store's revision to be told with the answer. */
  long revision();

  /**
   * Keys that were found.
   *
   * @param kvs the keys, sorted and cut as asked for
   * @param more whether the limit has cut some off
   * @param count how many keys there are in the range, whatever limit and filters
   * @param keysOnly whether values are to be left out
   */
  record Range(long revision, List<KeyVersion> kvs, boolean more, long count, boolean keysOnly)
      implements Result {}

  /**
   * A key was written.
   *
   * @param previous what it was before; null if it was not there, or nobody asked
   */
  record Put(long revision, KeyVersion previous) implements Result {}

  /**
   * Keys were deleted.
   *
   * @param previous what they were before; empty if nobody asked
   */
  record DeleteRange(long revision, long deleted, List<KeyVersion> previous) implements Result {}

  /** A transaction went one way or the other. */
  record Txn(long revision, boolean succeeded, List<Result> results) implements Result {}

  /** Done, and there is nothing more to say. */
  record Done(long revision) implements Result {}

  /** Nothing was done. */
  record Failure(long revision, KvError error) implements Result {}
}
