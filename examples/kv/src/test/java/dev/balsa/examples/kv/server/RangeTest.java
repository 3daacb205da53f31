// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceFixture.assertFails;
import static dev.balsa.examples.kv.server.ServiceFixture.bytes;
import static dev.balsa.examples.kv.server.ServiceFixture.keys;
import static dev.balsa.examples.kv.server.ServiceFixture.rangeRequest;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.CompactionRequest;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.KeyValue;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RangeRequest.SortOrder;
import dev.balsa.examples.kv.proto.RangeRequest.SortTarget;
import dev.balsa.examples.kv.proto.RangeResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every option of a Range request. */
class RangeTest {
  private final ServiceFixture fixture = new ServiceFixture();

  /**
   * Revisions 2 to 7: a and c are written twice.
   *
   * <pre>
   * key  create  mod  version  value
   * a    2       6    2        v2
   * b    3       3    1        v9
   * c    4       7    2        v1
   * d    5       5    1        v5
   * </pre>
   */
  @BeforeEach
  void write() {
    fixture.put("a", "old");
    fixture.put("b", "v9");
    fixture.put("c", "old");
    fixture.put("d", "v5");
    fixture.put("a", "v2");
    assertThat(fixture.put("c", "v1")).isEqualTo(7);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private RangeResponse range(RangeRequest.Builder request) {
    return fixture.kv.range(request.build());
  }

  @Test
  void aSingleKeyComesWithItsMetadata() {
    RangeResponse reply = range(rangeRequest("a", ""));
    assertThat(reply.getKvsList())
        .containsExactly(
            KeyValue.newBuilder()
                .setKey(bytes("a"))
                .setValue(bytes("v2"))
                .setCreateRevision(2)
                .setModRevision(6)
                .setVersion(2)
                .build());
    assertThat(reply.getCount()).isEqualTo(1);
    assertThat(reply.getMore()).isFalse();
    assertThat(reply.getHeader().getClusterId()).isEqualTo(ServiceFixture.CLUSTER);
    assertThat(reply.getHeader().getMemberId()).isEqualTo(LocalReplica.MEMBER);
    assertThat(reply.getHeader().getRaftTerm()).isEqualTo(LocalReplica.TERM);
    assertThat(reply.getHeader().getRevision()).isEqualTo(7);
  }

  @Test
  void aMissingKeyIsAnEmptyAnswer() {
    RangeResponse reply = range(rangeRequest("x", ""));
    assertThat(reply.getKvsList()).isEmpty();
    assertThat(reply.getCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"b,d,b c", "b,ZERO,b c d", "a,a,''", "c,b,''", "ZERO,ZERO,a b c d", "a,bZERO,a b"})
  void rangesEndBeforeTheirEnd(String from, String to, String expected) {
    RangeRequest.Builder request =
        rangeRequest(from.replace("ZERO", "\0"), to.replace("ZERO", "\0"));
    assertThat(String.join(" ", keys(range(request)))).isEqualTo(expected);
  }

  @Test
  void keysAreBytesInUnsignedOrder() {
    ByteString high = ByteString.copyFrom(new byte[] {(byte) 0xff, 1});
    fixture.kv.put(ServiceFixture.putRequest("", "x").setKey(high).build());
    List<KeyValue> kvs = range(rangeRequest("d", "\0")).getKvsList();
    assertThat(kvs).extracting(KeyValue::getKey).containsExactly(bytes("d"), high);
  }

  @ParameterizedTest
  @CsvSource({
    "0,a b c d,false",
    "2,a b,true",
    "4,a b c d,false",
    "5,a b c d,false",
    "-1,a b c d,false"
  })
  void aLimitCutsAndSaysSo(long limit, String expected, boolean more) {
    RangeResponse reply = range(rangeRequest("a", "z").setLimit(limit));
    assertThat(String.join(" ", keys(reply))).isEqualTo(expected);
    assertThat(reply.getMore()).isEqualTo(more);
    assertThat(reply.getCount()).as("all of them, whatever the limit").isEqualTo(4);
  }

  @Test
  void countOnlyCounts() {
    RangeResponse reply = range(rangeRequest("a", "z").setCountOnly(true).setLimit(2));
    assertThat(reply.getKvsList()).isEmpty();
    assertThat(reply.getCount()).isEqualTo(4);
    assertThat(reply.getMore()).isFalse();
    assertThat(range(rangeRequest("a", "").setCountOnly(true)).getCount()).isEqualTo(1);
    assertThat(range(rangeRequest("x", "").setCountOnly(true)).getCount()).isZero();
    assertThat(range(rangeRequest("a", "z").setCountOnly(true).setRevision(3)).getCount())
        .isEqualTo(2);
  }

  @Test
  void keysOnlyLeavesOutValuesAlone() {
    RangeResponse reply = range(rangeRequest("a", "c").setKeysOnly(true));
    assertThat(keys(reply)).containsExactly("a", "b");
    assertThat(reply.getKvsList()).allMatch(kv -> kv.getValue().isEmpty());
    assertThat(reply.getKvs(0).getModRevision()).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({
    "KEY,ASCEND,a b c d",
    "KEY,DESCEND,d c b a",
    "KEY,NONE,a b c d",
    "VERSION,ASCEND,b d a c",
    "VERSION,DESCEND,a c b d",
    "CREATE,ASCEND,a b c d",
    "CREATE,DESCEND,d c b a",
    "MOD,ASCEND,b d a c",
    "MOD,DESCEND,c a d b",
    "MOD,NONE,b d a c",
    "VALUE,ASCEND,c a d b",
    "VALUE,DESCEND,b d a c",
    "VALUE,NONE,c a d b"
  })
  void sortsByAnythingEitherWay(SortTarget target, SortOrder order, String expected) {
    RangeRequest.Builder request = rangeRequest("a", "z").setSortTarget(target).setSortOrder(order);
    assertThat(String.join(" ", keys(range(request)))).isEqualTo(expected);
    RangeResponse cut = range(request.setLimit(2));
    assertThat(String.join(" ", keys(cut)))
        .as("sorted before it is cut")
        .isEqualTo(expected.substring(0, 3));
    assertThat(cut.getMore()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "6,0,0,0,a c",
    "0,5,0,0,b d",
    "5,6,0,0,a d",
    "0,0,4,0,c d",
    "0,0,0,3,a b",
    "0,0,3,4,b c",
    "7,0,0,2,''"
  })
  void filtersByRevision(
      long minMod, long maxMod, long minCreate, long maxCreate, String expected) {
    RangeRequest.Builder request =
        rangeRequest("a", "z")
            .setMinModRevision(minMod)
            .setMaxModRevision(maxMod)
            .setMinCreateRevision(minCreate)
            .setMaxCreateRevision(maxCreate);
    RangeResponse reply = range(request);
    assertThat(String.join(" ", keys(reply))).isEqualTo(expected);
    assertThat(reply.getCount()).as("all in the range, whatever the filter").isEqualTo(4);
    RangeResponse cut = range(request.setLimit(1));
    assertThat(cut.getMore()).as("more that pass the filter").isEqualTo(expected.length() > 1);
    RangeResponse single = range(rangeRequest("a", "").setMinModRevision(7));
    assertThat(single.getKvsList()).isEmpty();
    assertThat(single.getCount()).isEqualTo(1);
  }

  @Test
  void readsThePast() {
    RangeResponse reply = range(rangeRequest("a", "z").setRevision(4));
    assertThat(keys(reply)).containsExactly("a", "b", "c");
    assertThat(reply.getKvs(0).getValue()).isEqualTo(bytes("old"));
    assertThat(reply.getHeader().getRevision()).as("the current one").isEqualTo(7);
    fixture.kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("a")).build());
    assertThat(range(rangeRequest("a", "").setRevision(7)).getCount()).isEqualTo(1);
    assertThat(range(rangeRequest("a", "").setRevision(8)).getCount()).isZero();
    assertThat(range(rangeRequest("b", "").setRevision(-3)).getCount()).as("current").isEqualTo(1);
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertFails(KvError.FUTURE_REVISION, () -> range(rangeRequest("a", "").setRevision(8)));
    assertFails(KvError.EMPTY_KEY, () -> range(rangeRequest("", "z")));
    fixture.kv.compact(CompactionRequest.newBuilder().setRevision(5).build());
    assertFails(KvError.COMPACTED, () -> range(rangeRequest("a", "").setRevision(4)));
    assertThat(range(rangeRequest("a", "").setRevision(5)).getKvs(0).getValue())
        .isEqualTo(bytes("old"));
  }

  @Test
  void aLongAnswerIsTheSame() {
    for (int i = 0; i < 1_500; i++) {
      fixture.put(String.format("many%04d", i), "v");
    }
    RangeResponse reply = range(rangeRequest("many", "many~"));
    assertThat(reply.getKvsCount()).isEqualTo(1_500);
    assertThat(reply.getCount()).isEqualTo(1_500);
    assertThat(reply.getKvs(777).getKey()).isEqualTo(bytes("many0777"));
  }
}
