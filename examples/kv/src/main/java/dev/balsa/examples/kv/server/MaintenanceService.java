// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceContext.answer;
import static dev.balsa.examples.kv.server.ServiceContext.fail;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.AlarmRequest;
import dev.balsa.examples.kv.proto.AlarmResponse;
import dev.balsa.examples.kv.proto.HashKVRequest;
import dev.balsa.examples.kv.proto.HashKVResponse;
import dev.balsa.examples.kv.proto.MaintenanceGrpc;
import dev.balsa.examples.kv.proto.MoveLeaderRequest;
import dev.balsa.examples.kv.proto.MoveLeaderResponse;
import dev.balsa.examples.kv.proto.StatusRequest;
import dev.balsa.examples.kv.proto.StatusResponse;
import dev.balsa.examples.kv.store.State;
import dev.balsa.raft.model.RoleType;
import dev.balsa.raft.model.Status;
import io.grpc.stub.StreamObserver;

/** How this member is. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
  /**
   * The version of etcd whose API this is, as told to clients: some use a feature only if the
   * server says it is new enough.
   */
  static final String API_VERSION = "3.5.21";

  private final ServiceContext context;

  MaintenanceService(ServiceContext context) {
    this.context = context;
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> client) {
    Status status = context.replica().status();
    State state = context.machine().state();
    StatusResponse.Builder reply =
        StatusResponse.newBuilder()
            .setHeader(context.header(state.revision()))
            .setVersion(API_VERSION)
            .setDbSize(state.footprint())
            .setDbSizeInUse(state.footprint())
            .setLeader(status.leader())
            .setRaftIndex(status.hardState().commit())
            .setRaftTerm(status.hardState().term())
            .setRaftAppliedIndex(status.appliedIndex())
            .setIsLearner(status.membership().learners().contains(context.memberId()));
    if (status.leader() == 0) {
      reply.addErrors(KvError.NO_LEADER.status().getDescription());
    }
    answer(client, reply.build());
  }

  /** Only the leader hands over, so that the client knows who it was. */
  @Override
  public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> client) {
    Status status = context.replica().status();
    long target = request.getTargetID();
    if (status.role() != RoleType.LEADER) {
      fail(client, KvError.NOT_LEADER);
    } else if (!status.membership().isVoter(target)) {
      fail(client, KvError.BAD_TRANSFEREE);
    } else if (target == context.memberId()) {
      answer(client, MoveLeaderResponse.getDefaultInstance());
    } else {
      context
          .replica()
          .transferLeadership(target)
          .whenComplete(
              (done, failure) -> {
                if (failure == null) {
                  answer(client, MoveLeaderResponse.getDefaultInstance());
                } else {
                  fail(client, Requests.errorOf(failure));
                }
              });
    }
  }

  /** There is nothing yet that raises an alarm, so none is ever listed, and none can be cleared. */
  @Override
  public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> client) {
    if (request.getAction() == AlarmRequest.AlarmAction.ACTIVATE) {
      super.alarm(request, client);
    } else {
      answer(client, AlarmResponse.getDefaultInstance());
    }
  }

  @Override
  public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> client) {
    State state = context.machine().state();
    if (request.getRevision() > state.revision()) {
      fail(client, KvError.FUTURE_REVISION);
    } else if (request.getRevision() > 0 && request.getRevision() < state.compactRevision()) {
      fail(client, KvError.COMPACTED);
    } else {
      context.inBackground(client, () -> answerHash(request, state, client));
    }
  }

  private void answerHash(
      HashKVRequest request, State state, StreamObserver<HashKVResponse> client) {
    long revision = request.getRevision() > 0 ? request.getRevision() : state.revision();
    long compacted = state.compactRevision();
    answer(
        client,
        HashKVResponse.newBuilder()
            .setHeader(context.header(state.revision()))
            .setHash(state.hash(revision))
            .setCompactRevision(compacted == 0 ? -1 : compacted)
            .build());
  }
}
