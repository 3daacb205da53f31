// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.counter;

import dev.balsa.raft.netty.NettyTransport;
import dev.balsa.raft.node.Members;
import dev.balsa.raft.node.OutcomeUnknownException;
import dev.balsa.raft.node.RaftNode;
import dev.balsa.raft.node.RefusedException;
import dev.balsa.raft.wal.Wal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * One member of the replicated counter, with a console: {@code add 5}, {@code get}, {@code quit}.
 */
public final class CounterMember {
  private CounterMember() {}

  /**
   * Runs a member.
   *
   * @param args this member's id, its data directory, and all members as {@code id=host:port}
   */
  public static void main(String[] args) {
    if (args.length < 3 || !args[0].matches("[1-9][0-9]{0,17}")) {
      System.err.println("usage: counter ID DATA_DIR 1=HOST:PORT 2=HOST:PORT 3=HOST:PORT");
      System.exit(2);
    }
    try {
      run(args);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      System.err.println("counter: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void run(String[] args) throws IOException {
    long self = Long.parseLong(args[0]);
    Members members = Members.of(Arrays.copyOfRange(args, 2, args.length));
    Counter counter = new Counter();
    try (RaftNode<Long> node =
        RaftNode.<Long>builder()
            .self(self)
            .storage(Wal.openOrFormat(Path.of(args[1]), members.clusterId("counter"), self))
            .transport(NettyTransport.builder().bind(members.addresses().get(self)).build())
            .stateMachine(counter)
            .bootstrap(members) // only ever used on an empty directory
            .start()) {
      System.out.println("member " + self + " is up; try: add 5, get, quit");
      console(node, counter);
    }
  }

  private static void console(RaftNode<Long> node, Counter counter) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.matches("add -?[0-9]{1,18}")) {
        // Committed on a majority of disks and applied here, or an exception that says what is so.
        print(node.propose(Counter.add(Long.parseLong(line.substring(4)))));
      } else if (line.equals("get")) {
        // Linearizable on any member: sees each addition that was acknowledged before this call.
        print(node.read(counter::value));
      } else if (line.equals("quit")) {
        return;
      } else {
        System.out.println("add NUMBER, get, or quit");
      }
    }
  }

  private static void print(CompletableFuture<Long> answer) {
    try {
      System.out.println(answer.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        System.out.println("not done, safe to try again: " + refused.getMessage());
      } else if (e.getCause() instanceof OutcomeUnknownException unknown) {
        System.out.println("maybe done, look before trying again: " + unknown.getMessage());
      } else {
        throw e;
      }
    }
  }
}
