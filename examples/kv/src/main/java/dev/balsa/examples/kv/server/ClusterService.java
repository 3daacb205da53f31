// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceContext.answer;
import static dev.balsa.examples.kv.server.ServiceContext.fail;

import dev.balsa.examples.kv.machine.Command;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.machine.RequestException;
import dev.balsa.examples.kv.machine.Result;
import dev.balsa.examples.kv.proto.ClusterGrpc;
import dev.balsa.examples.kv.proto.Member;
import dev.balsa.examples.kv.proto.MemberAddRequest;
import dev.balsa.examples.kv.proto.MemberAddResponse;
import dev.balsa.examples.kv.proto.MemberListRequest;
import dev.balsa.examples.kv.proto.MemberListResponse;
import dev.balsa.examples.kv.proto.MemberPromoteRequest;
import dev.balsa.examples.kv.proto.MemberPromoteResponse;
import dev.balsa.examples.kv.proto.MemberRemoveRequest;
import dev.balsa.examples.kv.proto.MemberRemoveResponse;
import dev.balsa.examples.kv.proto.MemberUpdateRequest;
import dev.balsa.examples.kv.proto.MemberUpdateResponse;
import dev.balsa.raft.model.Membership;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Who belongs to the cluster. Any member takes requests to change that; one that does not lead
 * passes them on.
 */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ServiceContext context;
  private final MemberChanges changes;
  private final LeaderCalls leader;

  ClusterService(ServiceContext context, MemberChanges changes, LeaderCalls leader) {
    this.context = context;
    this.changes = changes;
    this.leader = leader;
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
    answer(
        client,
        MemberListResponse.newBuilder()
            .setHeader(context.header(0))
            .addAllMembers(describe(context.replica().status().membership()))
            .build());
  }

  @Override
  public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> client) {
    try {
      List<String> urls = PeerUrls.check(request.getPeerURLsList());
      long id = MemberId.ofAdded(urls, context.clusterId(), RANDOM.nextLong());
      new Change<>(
              ClusterGrpc.getMemberAddMethod(),
              request,
              client,
              members -> {
                MemberAddResponse.Builder reply =
                    MemberAddResponse.newBuilder()
                        .setHeader(context.header(0))
                        .addAllMembers(members);
                members.stream().filter(each -> each.getID() == id).forEach(reply::setMember);
                return reply.build();
              },
              (reply, members) ->
                  reply.toBuilder()
                      .setHeader(context.header(0))
                      .clearMembers()
                      .addAllMembers(members)
                      .build())
          .start(MemberRules.add(id, urls, request.getIsLearner()));
    } catch (RequestException e) {
      fail(client, e.error());
    }
  }

  @Override
  public void memberRemove(
      MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> client) {
    Function<List<Member>, MemberRemoveResponse> reply =
        members ->
            MemberRemoveResponse.newBuilder()
                .setHeader(context.header(0))
                .addAllMembers(members)
                .build();
    new Change<>(
            ClusterGrpc.getMemberRemoveMethod(),
            request,
            client,
            members -> {
              forget(request.getID());
              return reply.apply(members);
            },
            (passed, members) -> reply.apply(members))
        .start(MemberRules.remove(request.getID()));
  }

  @Override
  public void memberUpdate(
      MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> client) {
    try {
      List<String> urls = PeerUrls.check(request.getPeerURLsList());
      Function<List<Member>, MemberUpdateResponse> reply =
          members ->
              MemberUpdateResponse.newBuilder()
                  .setHeader(context.header(0))
                  .addAllMembers(members)
                  .build();
      new Change<>(
              ClusterGrpc.getMemberUpdateMethod(),
              request,
              client,
              reply,
              (passed, members) -> reply.apply(members))
          .start(MemberRules.update(request.getID(), urls));
    } catch (RequestException e) {
      fail(client, e.error());
    }
  }

  @Override
  public void memberPromote(
      MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> client) {
    Function<List<Member>, MemberPromoteResponse> reply =
        members ->
            MemberPromoteResponse.newBuilder()
                .setHeader(context.header(0))
                .addAllMembers(members)
                .build();
    new Change<>(
            ClusterGrpc.getMemberPromoteMethod(),
            request,
            client,
            reply,
            (passed, members) -> reply.apply(members))
        .start(MemberRules.promote(request.getID()));
  }

  /** The members of a configuration as clients see them. */
  private List<Member> describe(Membership membership) {
    Map<Long, Member> described = context.machine().members();
    return membership.members().stream()
        .map(
            member -> {
              // A member that has never run yet has said nothing of itself: clients take one
              // without a name for not started.
              Member description = described.getOrDefault(member.id(), Member.getDefaultInstance());
              return Member.newBuilder()
                  .setID(member.id())
                  .setName(description.getName())
                  .addAllClientURLs(description.getClientURLsList())
                  .addAllPeerURLs(PeerUrls.of(member))
                  .setIsLearner(membership.learners().contains(member.id()))
                  .build();
            })
        .toList();
  }

  /** What a member has said of itself goes with it; nobody waits for that, or misses it. */
  private void forget(long id) {
    context.replica().propose(Command.forgetting(id));
  }

  /** A request to change the members, on its way. */
  private final class Change<Q, A> implements MemberChanges.Outcome {
    private final MethodDescriptor<Q, A> method;
    private final Q request;
    private final StreamObserver<A> client;
    private final Function<List<Member>, A> reply;
    private final BiFunction<A, List<Member>, A> passedReply;
    private final boolean isPassedOn = LeaderCalls.isPassedOn();

    /**
     * Takes a request.
     *
     * @param reply the answer, by the members as they are then
     * @param passedReply the same, if it is the leader that has answered
     */
    Change(
        MethodDescriptor<Q, A> method,
        Q request,
        StreamObserver<A> client,
        Function<List<Member>, A> reply,
        BiFunction<A, List<Member>, A> passedReply) {
      this.method = method;
      this.request = request;
      this.client = client;
      this.reply = reply;
      this.passedReply = passedReply;
    }

    void start(MemberRules.Wish wish) {
      changes.change(wish, this);
    }

    @Override
    public void onDone(Membership membership) {
      answer(client, reply.apply(describe(membership)));
    }

    @Override
    public void onError(KvError error) {
      fail(client, error);
    }

    @Override
    public void onElsewhere(long id, Runnable again) {
      Member target = context.machine().members().get(id);
      if (isPassedOn) {
        fail(client, KvError.NOT_LEADER);
      } else if (target == null || target.getClientURLsCount() == 0) {
        again.run();
      } else {
        passOn(target, again);
      }
    }

    private void passOn(Member target, Runnable again) {
      leader.call(
          target,
          method,
          request,
          new StreamObserver<>() {
            @Override
            public void onNext(A passed) {
              answerOnceHere(passed);
            }

            @Override
            public void onError(Throwable failure) {
              if (LeaderCalls.isCertainlyNotTaken(failure)) {
                again.run();
              } else {
                client.onError(errorOf(failure));
              }
            }

            @Override
            public void onCompleted() {}
          });
    }

    private Throwable errorOf(Throwable failure) {
      Status status = Status.fromThrowable(failure);
      boolean isLeaders =
          status.getDescription() != null && status.getDescription().startsWith("etcdserver: ");
      // Of a connection that broke nobody knows what came of the request.
      return isLeaders ? status.asException() : KvError.TIMED_OUT.exception();
    }

    /** Clients ask the member that has answered them for the members next. */
    private void answerOnceHere(A passed) {
      Runnable finish =
          () ->
              answer(
                  client,
                  passedReply.apply(passed, describe(context.replica().status().membership())));
      context
          .requests()
          .awaitFresh(
              new Requests.Outcome() {
                @Override
                public void onResult(Result none) {
                  finish.run();
                }

                @Override
                public void onError(KvError error) {
                  // It is done all the same, also if it is this member that has been removed.
                  finish.run();
                }
              });
    }
  }
}
