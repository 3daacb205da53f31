// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.Status;
import java.io.IOException;
import java.util.List;

/**
 * One group's entries that are not in memory any more: read by the fetch worker, handed back to the
 * core by the loop.
 */
final class ColdReads {
  private final HostParts parts;
  private final GroupLoop<?> group;
  private final RawNode raw;

  ColdReads(HostParts parts, GroupLoop<?> group, RawNode raw) {
    this.parts = parts;
    this.group = group;
    this.raw = raw;
  }

  /** The core asks for these. Called by the loop. */
  void fetch(List<FetchRequest> requests) {
    for (int i = 0; i < requests.size(); i++) {
      FetchRequest request = requests.get(i);
      parts.fetches.add(Task.of(() -> read(request)));
    }
  }

  /** Called by the fetch worker. */
  private void read(FetchRequest request) {
    try {
      List<Entry> entries = parts.storage.read(group.id(), request.range(), request.maxBytes());
      group.post(() -> onRead(request, entries));
    } catch (IOException e) {
      group.post(() -> onFailed(request, e));
    }
  }

  private void onRead(FetchRequest request, List<Entry> entries) {
    group.touch();
    raw.onFetched(request, entries);
  }

  private void onFailed(FetchRequest request, IOException cause) {
    Status now = raw.status();
    boolean isStillThere =
        now.firstIndex() <= request.range().first() && now.last().index() >= request.range().last();
    if (isStillThere) {
      group.health().fail("entries " + request.range() + " could not be read", cause);
    } else {
      // Compacted or replaced while the read was under way.
      onRead(request, List.of());
    }
  }
}
