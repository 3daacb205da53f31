// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceContext.answer;

import dev.balsa.examples.kv.proto.ClusterGrpc;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.MemberListResponse;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.node.Members;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** Who belongs to the cluster. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private final ServiceContext context;

  ClusterService(ServiceContext context) {
    this.context = context;
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
    if (request.getLinearizable()) {
      context.whenFresh(client, () -> answerList(client));
    } else {
      answerList(client);
    }
  }

  private void answerList(StreamObserver<MemberListResponse> client) {
    Membership membership = context.replica().status().membership();
    Map<Long, Member> described = context.machine().members();
    MemberListResponse.Builder reply = MemberListResponse.newBuilder().setHeader(context.header(0));
    for (dev.balsa.raft.model.Member member : membership.members()) {
      // A member that has never run yet has said nothing of itself: clients take one without a name
      // for not started.
      Member description = described.getOrDefault(member.id(), Member.getDefaultInstance());
      reply.addMembers(
          Member.newBuilder()
              .setID(member.id())
              .setName(description.getName())
              .addAllClientURLs(description.getClientURLsList())
              .addAllPeerURLs(Members.noteOf(member).lines().toList())
              .setIsLearner(membership.learners().contains(member.id())));
    }
    answer(client, reply.build());
  }
}
