// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.rejoin;

import dev.balsa.examples.kv.proto.ClusterGrpc;
import dev.balsa.examples.kv.proto.MaintenanceGrpc;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberAddRequest;
import dev.balsa.examples.kv.proto.MemberAddResponse;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.MemberListResponse;
import dev.balsa.examples.kv.proto.MemberRemoveRequest;
import dev.balsa.examples.kv.proto.StatusRequest;
import dev.balsa.examples.kv.proto.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The calls of a client that changes who is a member. One thread. */
final class ClusterClient implements AutoCloseable {
  private static final long SECONDS = 15;
  private static final long LOOK_SECONDS = 3;

  private final String endpoint;
  private final List<String> endpoints;
  private final ManagedChannel channel;

  private ClusterClient(String endpoint, List<String> endpoints) {
    this.endpoint = endpoint;
    this.endpoints = endpoints;
    this.channel = channel(endpoint);
  }

  /** A client of the first of these that serves linearizable reads, which takes a quorum. */
  static ClusterClient connect(List<String> endpoints) throws RejoinException {
    List<String> problems = new ArrayList<>();
    for (String endpoint : endpoints) {
      ClusterClient client = new ClusterClient(endpoint, endpoints);
      try {
        client.members();
        return client;
      } catch (StatusRuntimeException e) {
        problems.add(endpoint + ": " + reason(e));
        client.close();
      }
    }
    throw new RejoinException(
        "no member at --endpoints serves, so the others may have no quorum without this one; start"
            + " them first, nothing was changed ("
            + String.join("; ", problems)
            + ")");
  }

  private static ManagedChannel channel(String endpoint) {
    String address = endpoint.replaceFirst("^http://", "");
    return NettyChannelBuilder.forTarget(address).usePlaintext().build();
  }

  static String reason(StatusRuntimeException e) {
    Status status = e.getStatus();
    return status.getDescription() == null ? status.getCode().toString() : status.getDescription();
  }

  /** The members, by a linearizable read. */
  List<Member> members() {
    return list().getMembersList();
  }

  long clusterId() {
    return list().getHeader().getClusterId();
  }

  private MemberListResponse list() {
    return stub().memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
  }

  private ClusterGrpc.ClusterBlockingStub stub() {
    return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  void remove(long id) {
    stub().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
  }

  MemberAddResponse add(List<String> peerUrls, boolean isLearner) {
    return stub()
        .memberAdd(
            MemberAddRequest.newBuilder().addAllPeerURLs(peerUrls).setIsLearner(isLearner).build());
  }

  /**
   * The status of a member, asked at the addresses that it tells clients, and where this one was
   * told to look; null if it answers at none.
   */
  StatusResponse status(Member member) {
    List<String> addresses = new ArrayList<>(member.getClientURLsList());
    addresses.addAll(endpoints);
    for (String address : addresses) {
      StatusResponse status = status(address);
      // Several members may say "localhost".
      if (status != null && status.getHeader().getMemberId() == member.getID()) {
        return status;
      }
    }
    return null;
  }

  private static StatusResponse status(String address) {
    ManagedChannel channel = channel(address);
    try {
      return MaintenanceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(LOOK_SECONDS, TimeUnit.SECONDS)
          .status(StatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      return null;
    } finally {
      channel.shutdownNow();
    }
  }

  /** Which member it talks to. */
  String endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
