// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.machine;

import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RangeRequest.SortOrder;
import dev.balsa.examples.kv.proto.RangeRequest.SortTarget;
import dev.balsa.examples.kv.store.KeyRange;
import dev.balsa.examples.kv.store.KeyVersion;
import dev.balsa.examples.kv.store.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Answers a Range request from a state. */
public final class RangeQuery {
  private RangeQuery() {}

  /**
   * Runs the query.
   *
   * @throws RequestException if it asks for a revision that is not there
   */
  public static Result.Range run(RangeRequest request, State state) throws RequestException {
    checkRevision(request, state);
    long revision = request.getRevision() > 0 ? request.getRevision() : state.revision();
    if (request.getRangeEnd().isEmpty() && !request.getCountOnly()) {
      return single(request, state, revision);
    }
    KeyRange range = Keys.range(request.getKey(), request.getRangeEnd());
    long count = state.count(range, revision);
    if (request.getCountOnly()) {
      return new Result.Range(state.revision(), List.of(), false, count, false);
    }
    List<KeyVersion> found = collect(request, state, range, revision);
    sort(request, found);
    boolean more = request.getLimit() > 0 && found.size() > request.getLimit();
    if (more) {
      found = found.subList(0, (int) request.getLimit());
    }
    return new Result.Range(state.revision(), found, more, count, request.getKeysOnly());
  }

  /**
   * Makes sure that the state has the revision asked for.
   *
   * @throws RequestException if not
   */
  static void checkRevision(RangeRequest request, State state) throws RequestException {
    if (request.getRevision() > state.revision()) {
      throw new RequestException(KvError.FUTURE_REVISION);
    }
    if (request.getRevision() > 0 && request.getRevision() < state.compactRevision()) {
      throw new RequestException(KvError.COMPACTED);
    }
  }

  /** How many keys the answer looks at, about; tells a quick query from a slow one. */
  public static long cost(RangeRequest request, State state) {
    if (request.getRangeEnd().isEmpty()) {
      return 1;
    }
    boolean newest = request.getRevision() <= 0 || request.getRevision() == state.revision();
    if (newest && request.getCountOnly()) {
      return 1;
    }
    if (newest && request.getLimit() > 0 && needsNoSort(request) && !isFiltered(request)) {
      return request.getLimit();
    }
    return state.count(Keys.range(request.getKey(), request.getRangeEnd()), state.revision());
  }

  private static Result.Range single(RangeRequest request, State state, long revision) {
    KeyVersion version = state.get(request.getKey().toByteArray(), revision);
    long count = version == null ? 0 : 1;
    boolean shown = version != null && passes(request, version);
    return new Result.Range(
        state.revision(),
        shown ? List.of(version) : List.of(),
        false,
        count,
        request.getKeysOnly());
  }

  private static List<KeyVersion> collect(
      RangeRequest request, State state, KeyRange range, long revision) {
    // One more than the limit tells whether there are more. Sorting needs all of them.
    long wanted =
        request.getLimit() > 0 && needsNoSort(request) ? request.getLimit() + 1 : Long.MAX_VALUE;
    boolean filtered = isFiltered(request);
    List<KeyVersion> found = new ArrayList<>();
    state.scan(
        range,
        revision,
        version -> {
          if (!filtered || passes(request, version)) {
            found.add(version);
          }
          return found.size() < wanted;
        });
    return found;
  }

  private static boolean isFiltered(RangeRequest request) {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  private static boolean passes(RangeRequest request, KeyVersion version) {
    return atLeast(version.modRevision(), request.getMinModRevision())
        && atMost(version.modRevision(), request.getMaxModRevision())
        && atLeast(version.createRevision(), request.getMinCreateRevision())
        && atMost(version.createRevision(), request.getMaxCreateRevision());
  }

  private static boolean atLeast(long revision, long bound) {
    return bound == 0 || revision >= bound;
  }

  private static boolean atMost(long revision, long bound) {
    return bound == 0 || revision <= bound;
  }

  /** Keys come in ascending order by themselves. */
  private static boolean needsNoSort(RangeRequest request) {
    return request.getSortTarget() == SortTarget.KEY && request.getSortOrder() != SortOrder.DESCEND;
  }

  private static void sort(RangeRequest request, List<KeyVersion> found) {
    if (needsNoSort(request)) {
      return;
    }
    Comparator<KeyVersion> order =
        switch (request.getSortTarget()) {
          case KEY -> (a, b) -> Arrays.compareUnsigned(a.key(), b.key());
          case VERSION -> Comparator.comparingLong(KeyVersion::version);
          case CREATE -> Comparator.comparingLong(KeyVersion::createRevision);
          case MOD -> Comparator.comparingLong(KeyVersion::modRevision);
          case VALUE -> (a, b) -> Arrays.compareUnsigned(a.value(), b.value());
          case UNRECOGNIZED -> throw new IllegalArgumentException("checked at the door");
        };
    // A stable sort: equals stay in the order of their keys, also when it descends.
    found.sort(request.getSortOrder() == SortOrder.DESCEND ? order.reversed() : order);
  }
}
