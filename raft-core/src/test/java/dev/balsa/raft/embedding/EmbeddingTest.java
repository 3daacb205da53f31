// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.contract.MemoryLogEngine;
import dev.balsa.raft.contract.MemoryNetwork;
import dev.balsa.raft.message.Message;
import dev.balsa.raft.model.Member;
import dev.balsa.raft.model.MemberId;
import dev.balsa.raft.node.Members;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.planted.ScenarioTags;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.spi.LogIdentity;
import dev.balsa.raft.spi.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The snippets of {@code docs/embedding.md} stand here and in its neighbours, and work. */
class EmbeddingTest {
  @Test
  void theCoreAloneReplicates() {
    ArrayDeque<Message> wire = new ArrayDeque<>();
    List<Member> members = List.of(Member.of(1, "a"), Member.of(2, "b"), Member.of(3, "c"));
    TreeMap<Long, SmallMember> cluster = new TreeMap<>();
    for (Member member : members) {
      cluster.put(member.id(), new SmallMember(member.id(), members, wire::add));
    }
    int accepted = 0;
    for (int tick = 0; tick < 100; tick++) {
      for (SmallMember member : cluster.values()) {
        member.tick(tick * 100_000_000L);
        accepted += member.propose("tick " + tick).isAccepted() ? 1 : 0;
      }
      while (!wire.isEmpty()) {
        Message message = wire.poll();
        cluster.get(message.to()).receive(message);
      }
    }
    assertThat(accepted).isGreaterThan(50);
    for (SmallMember member : cluster.values()) {
      assertThat(member.applied()).isEqualTo(cluster.get(1L).applied()).hasSize(accepted);
    }
  }

  @Test
  void aNodeOfOnesOwnPartsReplicates() throws Exception {
    MemoryNetwork network = MemoryNetwork.synchronous();
    Register register = new Register();
    LogEngine storage = new MemoryLogEngine(new LogIdentity(5, new MemberId(1, 99), 1));
    Transport transport = network.transport("a");
    try (RaftNode<String> node =
        RaftNode.<String>builder()
            .self(1)
            .storage(storage)
            .transport(transport)
            .stateMachine(register)
            .bootstrap(Members.of("1=a"))
            .start()) {
      String before = node.propose(Register.write("hello")).get();
      String now = node.read(register::value).get();
      assertThat(before).isEmpty();
      assertThat(now).isEqualTo("hello");
    }
  }

  @Test
  void everySnippetOfThePageIsCodeThatIsCompiled() throws IOException {
    Path root = ScenarioTags.root();
    String sources = readAll(root.resolve("raft-core/src/test/java/dev/balsa/raft"));
    List<String> snippets = snippets(root.resolve("docs/embedding.md"));
    assertThat(snippets).hasSizeGreaterThanOrEqualTo(5);
    for (String snippet : snippets) {
      assertThat(sources.contains(snippet)).as(snippet).isTrue();
    }
  }

  private static List<String> snippets(Path page) throws IOException {
    List<String> snippets = new ArrayList<>();
    StringBuilder snippet = null;
    for (String line : Files.readAllLines(page)) {
      if (line.equals("```java")) {
        snippet = new StringBuilder();
      } else if (line.equals("```") && snippet != null) {
        snippets.add(snippet.toString());
        snippet = null;
      } else if (snippet != null) {
        snippet.append(line.strip()).append('\n');
      }
    }
    return snippets;
  }

  private static String readAll(Path directory) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Files.readAllLines(file).forEach(line -> all.append(line.strip()).append('\n'));
      }
    }
    return all.toString();
  }
}
