// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.probe;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.proto.ClusterGrpc;
import dev.balsa.examples.kv.proto.KVGrpc;
import dev.balsa.examples.kv.proto.MaintenanceGrpc;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberAddRequest;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.MemberRemoveRequest;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.StatusRequest;
import dev.balsa.examples.kv.proto.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Asks the members of a local cluster how they are, for the script {@code balsa-cluster}, which
 * works without {@code etcdctl}.
 *
 * <pre>
 * Probe await --seconds S N=HOST:PORT...   ends 0 once a linearizable read works on each; else 1, a line "N reason" for each sick one
 * Probe status N=HOST:PORT...              a line "N role term revision" for each that answers
 * Probe add URL N=HOST:PORT...             adds the member with this peer URL, by one of these; ends 0 or 1
 * Probe remove URL N=HOST:PORT...          removes it; done already is done
 * </pre>
 */
public final class Probe {
  /** The key that {@code etcdctl endpoint health} reads; it need not exist. */
  private static final ByteString HEALTH_KEY = ByteString.copyFromUtf8("health");

  private static final Duration CHANGE = Duration.ofSeconds(10);
  private static final Duration ATTEMPT = Duration.ofSeconds(2);
  private static final long RETRY_MILLIS = 50;

  private Probe() {}

  public static void main(String[] arguments) throws InterruptedException {
    List<String> words = new ArrayList<>(List.of(arguments));
    String verb = words.isEmpty() ? "" : words.remove(0);
    if (verb.equals("await") && words.size() > 2 && words.get(0).equals("--seconds")) {
      Duration limit = Duration.ofSeconds(Long.parseLong(words.get(1)));
      System.exit(await(limit, targets(words.subList(2, words.size()))));
    }
    if (verb.equals("status") && !words.isEmpty()) {
      status(targets(words)).values().forEach(System.out::println);
      return;
    }
    if ((verb.equals("add") || verb.equals("remove")) && words.size() > 1) {
      String url = words.remove(0);
      System.exit(verb.equals("add") ? add(url, targets(words)) : remove(url, targets(words)));
    }
    System.err.println(
        "usage: Probe await --seconds S N=HOST:PORT... | status N=HOST:PORT..."
            + " | add URL N=HOST:PORT... | remove URL N=HOST:PORT...");
    System.exit(2);
  }

  private static Map<Integer, String> targets(List<String> words) {
    Map<Integer, String> targets = new TreeMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      targets.put(Integer.parseInt(word.substring(0, equals)), word.substring(equals + 1));
    }
    return targets;
  }

  private static int await(Duration limit, Map<Integer, String> targets)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    Map<Integer, String> sick =
        askAll(targets, (number, channel) -> awaitRead(number, channel, deadlineNanos));
    sick.values().forEach(System.out::println);
    return sick.isEmpty() ? 0 : 1;
  }

  /** Null once a read has worked; after the deadline, the last reason why none did. */
  private static String awaitRead(int number, ManagedChannel channel, long deadlineNanos) {
    RangeRequest request = RangeRequest.newBuilder().setKey(HEALTH_KEY).build();
    while (true) {
      try {
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(ATTEMPT.toMillis(), TimeUnit.MILLISECONDS)
            .range(request);
        return null;
      } catch (StatusRuntimeException e) {
        if (System.nanoTime() - deadlineNanos >= 0) {
          return number + " " + reason(e);
        }
        // A refused connection backs off for seconds; the member may be there the next moment.
        channel.resetConnectBackoff();
      }
      try {
        Thread.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        return number + " interrupted";
      }
    }
  }

  private static Map<Integer, String> status(Map<Integer, String> targets)
      throws InterruptedException {
    return askAll(targets, Probe::statusLine);
  }

  /** Null from a member that does not answer. */
  private static String statusLine(int number, ManagedChannel channel) {
    try {
      StatusResponse status =
          MaintenanceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(ATTEMPT.toMillis(), TimeUnit.MILLISECONDS)
              .status(StatusRequest.getDefaultInstance());
      String role =
          status.getIsLearner()
              ? "learner"
              : status.getHeader().getMemberId() == status.getLeader() ? "leader" : "follower";
      return "%d %s %d %d"
          .formatted(number, role, status.getRaftTerm(), status.getHeader().getRevision());
    } catch (StatusRuntimeException e) {
      return null;
    }
  }

  private static int add(String url, Map<Integer, String> targets) {
    return change(
        targets,
        cluster -> cluster.memberAdd(MemberAddRequest.newBuilder().addPeerURLs(url).build()));
  }

  private static int remove(String url, Map<Integer, String> targets) {
    return change(
        targets,
        cluster -> {
          MemberListRequest request = MemberListRequest.newBuilder().setLinearizable(true).build();
          for (Member member : cluster.memberList(request).getMembersList()) {
            if (member.getPeerURLsList().contains(url)) {
              cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(member.getID()).build());
            }
          }
        });
  }

  /** Has a change made by the first member that can be reached; one that refuses speaks for all. */
  private static int change(
      Map<Integer, String> targets, Consumer<ClusterGrpc.ClusterBlockingStub> change) {
    String problem = "";
    for (String target : targets.values()) {
      ManagedChannel channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
      try {
        change.accept(
            ClusterGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CHANGE.toMillis(), TimeUnit.MILLISECONDS));
        return 0;
      } catch (StatusRuntimeException e) {
        problem = target + ": " + reason(e);
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
          break;
        }
      } finally {
        channel.shutdownNow();
      }
    }
    System.out.println("the members were not changed: " + problem);
    return 1;
  }

  /** Asks all at once, each on a thread of its own, so that a hung member delays no other. */
  private static Map<Integer, String> askAll(
      Map<Integer, String> targets, BiFunction<Integer, ManagedChannel, String> question)
      throws InterruptedException {
    Map<Integer, String> answers = new ConcurrentSkipListMap<>();
    List<Thread> threads = new ArrayList<>();
    targets.forEach(
        (number, target) -> {
          Thread thread = new Thread(() -> ask(number, target, question, answers));
          thread.start();
          threads.add(thread);
        });
    for (Thread thread : threads) {
      thread.join();
    }
    return answers;
  }

  private static void ask(
      int number,
      String target,
      BiFunction<Integer, ManagedChannel, String> question,
      Map<Integer, String> answers) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(target).usePlaintext().build();
    try {
      String answer = question.apply(number, channel);
      if (answer != null) {
        answers.put(number, answer);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static String reason(StatusRuntimeException e) {
    Status status = e.getStatus();
    String text = status.getCode() + " " + status.getDescription();
    return text.replaceAll("\\s+", " ");
  }
}
