// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.balsa.examples.kv.proto.RangeResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A leader that stood still while another took over wakes up believing that it leads. Whoever reads
 * from it in that moment must not be answered from its old state (dissertation, section 6.4).
 */
@Tag("e2e")
@Timeout(300)
class PausedLeaderTest {
  private static final int READS = 400;
  private static final String KEY = "register";

  @Test
  void answersNothingOldWhenItWakes() throws Exception {
    int answered = 0;
    try (Cluster cluster = Cluster.start("paused-leader", 3)) {
      for (int round = 0; round < 4; round++) {
        answered += pauseAndRead(cluster, round);
      }
    }
    System.out.println(
        "leader paused 4 times: "
            + answered
            + " of "
            + 4 * 2 * READS
            + " reads answered, none old");
  }

  private int pauseAndRead(Cluster cluster, int round) throws Exception {
    MemberProcess paused = cluster.awaitLeader();
    cluster.client(paused).put(KEY, "old " + round);
    assertThat(cluster.client(paused).get(KEY)).isEqualTo("old " + round);
    paused.pause();
    long newest = writeThroughOthers(cluster, paused, round);
    // These wait in the paused member's sockets, and are the first thing it sees when it wakes.
    List<ListenableFuture<RangeResponse>> reads = new ArrayList<>(issueReads(cluster, paused));
    paused.resume();
    reads.addAll(issueReads(cluster, paused));
    int answered = 0;
    for (ListenableFuture<RangeResponse> read : reads) {
      RangeResponse answer = answerOrNull(read);
      if (answer != null) {
        assertFresh(answer, newest);
        answered++;
      }
    }
    cluster.awaitServing(paused);
    assertFresh(cluster.client(paused).getLater(KEY).get(), newest);
    return answered;
  }

  /**
   * By revision, not by value: a put that was not acknowledged may still take effect later, and its
   * value is newer then.
   */
  private static void assertFresh(RangeResponse answer, long newest) {
    assertThat(answer.getKvs(0).getModRevision())
        .as("revision read from the leader that was paused: %s", answer)
        .isGreaterThanOrEqualTo(newest);
    assertThat(answer.getHeader().getRevision()).isGreaterThanOrEqualTo(newest);
  }

  /** The revision of the last of many puts, each acknowledged by a new leader. */
  private static long writeThroughOthers(Cluster cluster, MemberProcess paused, int round) {
    long newest = 0;
    List<MemberProcess> others = cluster.othersThan(paused);
    for (int i = 0; i < 20; i++) {
      String value = "new " + round + "." + i;
      Client client = cluster.client(others.get(i % others.size()));
      newest = Await.until("a put after the pause", Cluster.SERVES, () -> putOrNull(client, value));
    }
    return newest;
  }

  private static Long putOrNull(Client client, String value) {
    try {
      return client.put(KEY, value).getHeader().getRevision();
    } catch (StatusRuntimeException e) {
      return null;
    }
  }

  private static List<ListenableFuture<RangeResponse>> issueReads(
      Cluster cluster, MemberProcess member) {
    List<ListenableFuture<RangeResponse>> reads = new ArrayList<>();
    for (int i = 0; i < READS; i++) {
      reads.add(cluster.client(member).getLater(KEY));
    }
    return reads;
  }

  /** Null if the member refused, which it may: it does not lead any more. */
  private static RangeResponse answerOrNull(ListenableFuture<RangeResponse> read)
      throws InterruptedException {
    try {
      return read.get();
    } catch (ExecutionException e) {
      return null;
    }
  }
}
