// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.model.MembershipChange;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.netty.NettyTransport;
import dev.balsa.raft.node.Members;
import dev.balsa.raft.node.NodeState;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.node.RaftNodeBuilder;
import dev.balsa.raft.node.RefusedException;
import dev.balsa.raft.wal.Wal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that changes its members while it counts, over real disks and sockets. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class MovingHouseTest {
  @TempDir Path directory;
  private final TreeMap<Long, String> addresses = new TreeMap<>();
  private final TreeMap<Long, RaftNode<Long>> nodes = new TreeMap<>();
  private final TreeMap<Long, Counter> counters = new TreeMap<>();

  @BeforeEach
  void choosePorts() throws IOException {
    List<ServerSocket> reserved = new ArrayList<>();
    for (long id = 1; id <= 4; id++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      reserved.add(socket);
      addresses.put(id, "127.0.0.1:" + socket.getLocalPort());
    }
    for (ServerSocket socket : reserved) {
      socket.close();
    }
  }

  @AfterEach
  void closeAll() {
    nodes.values().forEach(RaftNode::close);
  }

  private RaftNodeBuilder<Long> builder(long id) {
    Counter counter = new Counter();
    counters.put(id, counter);
    return RaftNode.<Long>builder()
        .self(id)
        .storage(Wal.in(directory.resolve("member-" + id)))
        .transport(NettyTransport.builder().bind(addresses.get(id)).build())
        .stateMachine(counter)
        .options(options -> options.tick(Duration.ofMillis(20)).electionTicks(15));
  }

  private Members first() {
    TreeMap<Long, String> three = new TreeMap<>(addresses);
    three.remove(4L);
    return Members.of(three);
  }

  private RaftNode<Long> leader() throws Exception {
    return await(
        () ->
            nodes.values().stream()
                .filter(node -> node.status().role() == RoleType.LEADER)
                .findFirst()
                .orElse(null));
  }

  private static <T> T await(Callable<T> question) throws Exception {
    T answer = question.call();
    while (answer == null) {
      TimeUnit.MILLISECONDS.sleep(20);
      answer = question.call();
    }
    return answer;
  }

  /** Asks whoever leads until it is done: each refusal says that nothing was changed. */
  private Membership change(MembershipChange change) throws Exception {
    return await(
        () -> {
          try {
            return leader().changeMembership(change).join();
          } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(RefusedException.class);
            return null;
          }
        });
  }

  private long add(long amount) throws Exception {
    return await(
        () -> {
          try {
            return leader().propose(Counter.add(amount)).join();
          } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(RefusedException.class);
            return null;
          }
        });
  }

  @Test
  void aMemberMovesInAndTheOldLeaderMovesOutAndAllComeBack() throws Exception {
    for (long id = 1; id <= 3; id++) {
      nodes.put(id, builder(id).bootstrap(first(), "counter").start());
    }
    assertThat(add(5)).isEqualTo(5);

    // It knows one address, and learns the rest: the cluster's id and where the others are.
    RaftNode<Long> joiner = builder(4).join(addresses.get(2L)).start();
    nodes.put(4L, joiner);
    change(MembershipChange.none().addLearner(Member.of(4, addresses.get(4L))));
    change(MembershipChange.none().promote(4));
    assertThat(joiner.read(counters.get(4L)::value).get()).isEqualTo(5);

    RaftNode<Long> old = leader();
    Membership without = change(MembershipChange.none().remove(old.self().id()));
    assertThat(without.contains(old.self().id())).isFalse();
    await(() -> old.state() == NodeState.REMOVED ? true : null);
    old.close();
    nodes.remove(old.self().id());
    assertThat(add(3)).isEqualTo(8);

    List<Long> left = new ArrayList<>(nodes.keySet());
    closeAll();
    nodes.clear();
    for (long id : left) {
      // Whom they began or joined with matters no more; here the seed is not even up.
      nodes.put(id, builder(id).join(addresses.get(old.self().id())).start());
    }
    assertThat(add(2)).isEqualTo(10);
    for (long id : left) {
      assertThat(nodes.get(id).read(counters.get(id)::value).get()).isEqualTo(10);
      assertThat(nodes.get(id).status().membership().voters().contains(4)).isTrue();
    }
  }

  @Test
  void whoeverCannotJoinIsToldWhy() throws Exception {
    assertThatThrownBy(() -> builder(4).join(addresses.get(1L), addresses.get(2L)).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(addresses.get(1L))
        .hasMessageContaining("which cluster to join");
    // Nothing was made of the directory, so that it can still become whatever it is told to.
    assertThat(directory.resolve("member-4"))
        .satisfiesAnyOf(
            path -> assertThat(path).doesNotExist(), path -> assertThat(path).isEmptyDirectory());
    assertThatThrownBy(() -> builder(4).start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("bootstrap(...)")
        .hasMessageContaining("join(...)");
    assertThatThrownBy(() -> builder(4).bootstrap(first()).join(addresses.get(1L)).start())
        .isInstanceOf(IllegalArgumentException.class);
    Path foreign = Files.createDirectories(directory.resolve("member-4"));
    Files.writeString(foreign.resolve("notes.txt"), "not a log");
    assertThatThrownBy(() -> builder(4).join(addresses.get(1L)).start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("notes.txt");
  }
}
