// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.embedding;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Entry;
import dev.balsa.raft.model.EntryType;
import dev.balsa.raft.model.FetchRequest;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.ProposeResult;
import dev.balsa.raft.model.RaftConfig;
import dev.balsa.raft.model.Ready;
import dev.balsa.raft.model.RecoveredLog;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.LogImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The smallest host there can be: the core, a log, and a list for a state machine. */
final class SmallMember {
  private final Consumer<Message> network;
  private final LogImage log;
  private final RawNode raft;
  private final List<String> applied = new ArrayList<>();

  SmallMember(long id, List<Member> members, Consumer<Message> network) {
    this.network = network;
    SnapshotMetadata beginning = SnapshotMetadata.bootstrap(Membership.bootstrap(members));
    RecoveredLog recovered = RecoveredLog.fresh(beginning);
    this.log = new LogImage(recovered.hardState(), beginning);
    this.raft = new RawNode(RaftConfig.builder(new MemberId(id, 100 + id)).build(), recovered, 0);
  }

  /** Time passes. */
  void tick(long nowNanos) {
    raft.tick(nowNanos);
    turn();
  }

  /** A message arrives. */
  void receive(Message message) {
    raft.step(message);
    turn();
  }

  /** A client asks. */
  ProposeResult propose(String command) {
    ProposeResult result = raft.propose(List.of(command.getBytes(StandardCharsets.UTF_8)));
    turn();
    return result;
  }

  private void turn() {
    while (raft.hasReady()) {
      Ready ready = raft.ready();
      ready.messages().forEach(network); // promises nothing: need not wait for the disk
      log.write(ready.persist()); // and sync
      ready.messagesAfterPersist().forEach(network); // votes, acknowledgements: only now
      raft.onPersisted(ready.number());
      for (Entry entry : ready.committed()) {
        apply(entry);
        raft.onApplied(entry.index());
      }
      for (FetchRequest fetch : ready.fetches()) {
        raft.onFetched(fetch, log.read(fetch.range(), fetch.maxBytes()));
      }
    }
  }

  private void apply(Entry entry) {
    if (entry.type() == EntryType.NORMAL) {
      applied.add(new String(entry.data(), StandardCharsets.UTF_8));
    }
  }

  List<String> applied() {
    return applied;
  }
}
