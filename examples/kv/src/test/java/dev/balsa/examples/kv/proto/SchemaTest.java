// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The schema against the one that a stock client has: every name, number and type. */
class SchemaTest {
  private static Map<String, String> factsOf(FileDescriptor... files) {
    Facts facts = new Facts();
    for (FileDescriptor file : files) {
      file.getMessageTypes().forEach(facts::add);
      file.getEnumTypes().forEach(facts::add);
      file.getServices().forEach(facts::add);
    }
    return facts.facts;
  }

  private final Map<String, String> ours =
      factsOf(
          RpcProto.getDescriptor(),
          RpcProto.getDescriptor().getDependencies().get(0),
          RpcProto.getDescriptor().getDependencies().get(1));

  private final Map<String, String> theirs =
      factsOf(
          io.etcd.jetcd.api.JetcdProto.getDescriptor(),
          io.etcd.jetcd.api.Kv.getDescriptor(),
          io.etcd.jetcd.api.Auth.getDescriptor());

  @Test
  void whatTheClientKnowsIsTheSameHere() {
    // The client's own invention: no server has it.
    assertThat(theirs.remove("etcdserverpb.Watch.Progress")).isNotNull();
    assertThat(theirs).hasSizeGreaterThan(300);
    assertThat(ours).containsAllEntriesOf(theirs);
  }

  /** Other clients know these; they are checked by hand against what those send. */
  @Test
  void whatIsHereBesidesIsNamed() {
    ours.keySet().removeAll(theirs.keySet());
    assertThat(ours)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("etcdserverpb.AlarmType.CORRUPT", "2"),
                Map.entry(
                    "etcdserverpb.Auth.AuthStatus",
                    "etcdserverpb.AuthStatusRequest -> etcdserverpb.AuthStatusResponse"),
                Map.entry("etcdserverpb.AuthStatusRequest", "message"),
                Map.entry("etcdserverpb.AuthStatusResponse", "message"),
                Map.entry("etcdserverpb.AuthStatusResponse.authRevision", "3 UINT64"),
                Map.entry("etcdserverpb.AuthStatusResponse.enabled", "2 BOOL"),
                Map.entry(
                    "etcdserverpb.AuthStatusResponse.header", "1 etcdserverpb.ResponseHeader"),
                Map.entry("etcdserverpb.Compare.CompareTarget.LEASE", "4"),
                Map.entry("etcdserverpb.Compare.lease", "8 INT64 in target_union"),
                Map.entry(
                    "etcdserverpb.Lease.LeaseLeases",
                    "etcdserverpb.LeaseLeasesRequest -> etcdserverpb.LeaseLeasesResponse"),
                Map.entry("etcdserverpb.LeaseLeasesRequest", "message"),
                Map.entry("etcdserverpb.LeaseLeasesResponse", "message"),
                Map.entry(
                    "etcdserverpb.LeaseLeasesResponse.header", "1 etcdserverpb.ResponseHeader"),
                Map.entry(
                    "etcdserverpb.LeaseLeasesResponse.leases",
                    "2 repeated etcdserverpb.LeaseStatus"),
                Map.entry("etcdserverpb.LeaseStatus", "message"),
                Map.entry("etcdserverpb.LeaseStatus.ID", "1 INT64"),
                Map.entry("etcdserverpb.MemberListRequest.linearizable", "1 BOOL"),
                Map.entry("etcdserverpb.WatchCreateRequest.fragment", "8 BOOL"),
                Map.entry("etcdserverpb.WatchCreateRequest.watch_id", "7 INT64"),
                Map.entry("etcdserverpb.WatchResponse.fragment", "7 BOOL")));
  }

  /** Collects what goes over the wire, by name. */
  private static final class Facts {
    final Map<String, String> facts = new TreeMap<>();

    private void add(Descriptor message) {
      facts.put(message.getFullName(), "message");
      for (FieldDescriptor field : message.getFields()) {
        String type =
            switch (field.getJavaType()) {
              case MESSAGE -> field.getMessageType().getFullName();
              case ENUM -> field.getEnumType().getFullName();
              default -> field.getType().toString();
            };
        String oneof =
            field.getRealContainingOneof() == null
                ? ""
                : " in " + field.getRealContainingOneof().getName();
        facts.put(
            field.getFullName(),
            field.getNumber() + (field.isRepeated() ? " repeated " : " ") + type + oneof);
      }
      message.getNestedTypes().forEach(this::add);
      message.getEnumTypes().forEach(this::add);
    }

    private void add(EnumDescriptor type) {
      for (EnumValueDescriptor value : type.getValues()) {
        facts.put(type.getFullName() + "." + value.getName(), "" + value.getNumber());
      }
    }

    private void add(ServiceDescriptor service) {
      for (MethodDescriptor method : service.getMethods()) {
        facts.put(
            method.getFullName(),
            (method.isClientStreaming() ? "stream " : "")
                + method.getInputType().getFullName()
                + " -> "
                + (method.isServerStreaming() ? "stream " : "")
                + method.getOutputType().getFullName());
      }
    }
  }
}
