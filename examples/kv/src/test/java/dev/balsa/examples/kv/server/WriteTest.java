// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceFixture.assertFails;
import static dev.balsa.examples.kv.server.ServiceFixture.bytes;
import static dev.balsa.examples.kv.server.ServiceFixture.putRequest;
import static dev.balsa.examples.kv.server.ServiceFixture.rangeRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.CompactionRequest;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.DeleteRangeResponse;
import dev.balsa.examples.kv.proto.HashKVRequest;
import dev.balsa.examples.kv.proto.KeyValue;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.PutResponse;
import io.grpc.Status;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Put, DeleteRange and Compact. */
class WriteTest {
  private final ServiceFixture fixture = new ServiceFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private KeyValue get(String key) {
    return fixture.kv.range(rangeRequest(key, "").build()).getKvs(0);
  }

  private DeleteRangeResponse delete(String from, String to, boolean prevKv) {
    return fixture.kv.deleteRange(
        DeleteRangeRequest.newBuilder()
            .setKey(bytes(from))
            .setRangeEnd(bytes(to))
            .setPrevKv(prevKv)
            .build());
  }

  @Test
  void aPutMakesARevisionEvenWithTheSameValue() {
    assertThat(fixture.kv.range(rangeRequest("a", "").build()).getHeader().getRevision())
        .isEqualTo(1);
    assertThat(fixture.put("a", "1")).isEqualTo(2);
    assertThat(fixture.put("a", "1")).isEqualTo(3);
    KeyValue kv = get("a");
    assertThat(kv.getCreateRevision()).isEqualTo(2);
    assertThat(kv.getModRevision()).isEqualTo(3);
    assertThat(kv.getVersion()).isEqualTo(2);
  }

  @Test
  void aKeyPutAfterItsDeletionIsNew() {
    fixture.put("a", "1");
    delete("a", "", false);
    fixture.put("a", "2");
    assertThat(get("a").getCreateRevision()).isEqualTo(4);
    assertThat(get("a").getVersion()).isEqualTo(1);
  }

  @Test
  void aPutTellsWhatWasThereIfAsked() {
    PutResponse first = fixture.kv.put(putRequest("a", "1").setPrevKv(true).build());
    assertThat(first.hasPrevKv()).isFalse();
    PutResponse second = fixture.kv.put(putRequest("a", "2").setPrevKv(true).build());
    assertThat(second.getPrevKv().getValue()).isEqualTo(bytes("1"));
    assertThat(fixture.kv.put(putRequest("a", "3").build()).hasPrevKv()).isFalse();
  }

  @Test
  void aPutMayKeepTheValue() {
    fixture.put("a", "1");
    fixture.kv.put(PutRequest.newBuilder().setKey(bytes("a")).setIgnoreValue(true).build());
    assertThat(get("a").getValue()).isEqualTo(bytes("1"));
    assertThat(get("a").getVersion()).isEqualTo(2);
    fixture.kv.put(putRequest("a", "2").setIgnoreLease(true).build());
    assertThat(get("a").getValue()).isEqualTo(bytes("2"));
  }

  @Test
  void aPutThatMakesNoSenseIsRefused() {
    assertFails(KvError.EMPTY_KEY, () -> fixture.put("", "x"));
    assertFails(
        KvError.VALUE_PROVIDED,
        () -> fixture.kv.put(putRequest("a", "x").setIgnoreValue(true).build()));
    assertFails(
        KvError.LEASE_PROVIDED,
        () -> fixture.kv.put(putRequest("a", "x").setIgnoreLease(true).setLease(7).build()));
    assertFails(
        KvError.KEY_NOT_FOUND,
        () -> fixture.kv.put(putRequest("a", "").setIgnoreValue(true).build()));
    assertFails(
        KvError.KEY_NOT_FOUND,
        () -> fixture.kv.put(putRequest("a", "x").setIgnoreLease(true).build()));
    assertFails(
        KvError.LEASE_NOT_FOUND, () -> fixture.kv.put(putRequest("a", "x").setLease(7).build()));
    assertThat(fixture.put("a", "x")).as("nothing was written so far").isEqualTo(2);
  }

  @Test
  void sizesAreLimited() {
    assertThat(fixture.put("a", "x".repeat(KvService.MAX_REQUEST_BYTES - 200))).isEqualTo(2);
    assertFails(
        KvError.REQUEST_TOO_LARGE, () -> fixture.put("a", "x".repeat(KvService.MAX_REQUEST_BYTES)));
    PutRequest huge = putRequest("a", "x".repeat(Door.MAX_MESSAGE_BYTES)).build();
    assertFails(
        Status.Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max (" + huge.getSerializedSize() + " vs. 2097152)",
        () -> fixture.kv.put(huge));
    assertThat(fixture.put("a", "x")).as("it goes on").isEqualTo(3);
  }

  @Test
  void aFullStoreTakesOnlyWhatMakesRoom() {
    String value = "x".repeat(1 << 20);
    for (int i = 0; i < 8; i++) {
      fixture.put("k" + i, value);
    }
    assertFails(KvError.NO_SPACE, () -> fixture.put("more", value));
    assertThat(delete("k", "l", false).getDeleted()).isEqualTo(8);
    long revision = fixture.machine.state().revision();
    fixture.kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());
    fixture.timer.advance(1_000);
    assertThat(fixture.put("more", value)).isEqualTo(revision + 1);
  }

  @Test
  void aDeletionOfManyIsOneRevision() {
    fixture.put("b", "2");
    fixture.put("a", "1");
    fixture.put("c", "3");
    DeleteRangeResponse reply = delete("a", "c", true);
    assertThat(reply.getHeader().getRevision()).isEqualTo(5);
    assertThat(reply.getDeleted()).isEqualTo(2);
    assertThat(reply.getPrevKvsList())
        .extracting(KeyValue::getValue)
        .containsExactly(bytes("1"), bytes("2"));
    assertThat(delete("c", "", false).getPrevKvsList()).isEmpty();
  }

  @Test
  void aDeletionOfNothingIsNoRevision() {
    fixture.put("a", "1");
    DeleteRangeResponse reply = delete("x", "", true);
    assertThat(reply.getDeleted()).isZero();
    assertThat(reply.getHeader().getRevision()).isEqualTo(2);
    assertThat(delete("b", "a", true).getDeleted()).as("an empty range").isZero();
    assertFails(KvError.EMPTY_KEY, () -> delete("", "", false));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 3, 2})
  void whatIsCompactedIsNotCompactedAgain(long revision) {
    for (int i = 0; i < 5; i++) {
      fixture.put("a", "" + i);
    }
    CompactionRequest first = CompactionRequest.newBuilder().setRevision(3).build();
    assertThat(fixture.kv.compact(first).getHeader().getRevision()).isEqualTo(6);
    assertFails(
        KvError.COMPACTED,
        () -> fixture.kv.compact(CompactionRequest.newBuilder().setRevision(revision).build()));
  }

  @Test
  void theFutureIsNotCompacted() {
    assertFails(
        KvError.FUTURE_REVISION,
        () -> fixture.kv.compact(CompactionRequest.newBuilder().setRevision(2).build()));
    assertFails(
        KvError.COMPACTED, () -> fixture.kv.compact(CompactionRequest.getDefaultInstance()));
  }

  @Test
  void liveKeysSurviveACompactionOfEverything() {
    fixture.put("a", "1");
    fixture.put("b", "1");
    delete("b", "", false);
    fixture.kv.compact(CompactionRequest.newBuilder().setRevision(4).build());
    fixture.timer.advance(1_000);
    assertThat(get("a").getValue()).isEqualTo(bytes("1"));
    assertThat(get("a").getVersion()).isEqualTo(1);
  }

  @Test
  void aPhysicalCompactionIsAnsweredWhenTheSpaceIsFree() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      fixture.put("a", "" + i);
    }
    long before = fixture.machine.state().footprint();
    Future<?> reply =
        fixture.futureKv.compact(
            CompactionRequest.newBuilder().setRevision(1_500).setPhysical(true).build());
    assertThat(reply.isDone()).isFalse();
    fixture.timer.advance(1_000);
    assertThat(reply.get()).isNotNull();
    assertThat(fixture.machine.state().footprint()).isLessThan(before / 2);
  }

  @Test
  void hashesTellOfTheCompactRevision() {
    fixture.put("a", "1");
    var before = fixture.maintenance.hashKV(HashKVRequest.getDefaultInstance());
    assertThat(before.getCompactRevision()).isEqualTo(-1);
    fixture.put("a", "2");
    HashKVRequest atTwo = HashKVRequest.newBuilder().setRevision(2).build();
    assertThat(fixture.maintenance.hashKV(atTwo).getHash()).isEqualTo(before.getHash());
    fixture.kv.compact(CompactionRequest.newBuilder().setRevision(3).build());
    assertFails(KvError.COMPACTED, () -> fixture.maintenance.hashKV(atTwo));
    assertFails(
        KvError.FUTURE_REVISION,
        () -> fixture.maintenance.hashKV(HashKVRequest.newBuilder().setRevision(4).build()));
    assertThat(fixture.maintenance.hashKV(HashKVRequest.getDefaultInstance()).getCompactRevision())
        .isEqualTo(3);
  }

  @Test
  void aKeyIsAnyBytes() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    ByteString key = ByteString.copyFrom(all);
    fixture.kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
    assertThat(fixture.kv.range(rangeRequest("\0", "\0").build()).getKvs(0).getValue())
        .isEqualTo(key);
  }
}
