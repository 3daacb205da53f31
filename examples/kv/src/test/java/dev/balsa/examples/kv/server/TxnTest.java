// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.server;

import static dev.balsa.examples.kv.server.ServiceFixture.assertFails;
import static dev.balsa.examples.kv.server.ServiceFixture.bytes;
import static dev.balsa.examples.kv.server.ServiceFixture.keys;
import static dev.balsa.examples.kv.server.ServiceFixture.putRequest;
import static dev.balsa.examples.kv.server.ServiceFixture.rangeRequest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.examples.kv.machine.KvError;
import dev.balsa.examples.kv.proto.CompactionRequest;
import dev.balsa.examples.kv.proto.Compare;
import dev.balsa.examples.kv.proto.Compare.CompareResult;
import dev.balsa.examples.kv.proto.Compare.CompareTarget;
import dev.balsa.examples.kv.proto.DeleteRangeRequest;
import dev.balsa.examples.kv.proto.RangeRequest;
import dev.balsa.examples.kv.proto.RequestOp;
import dev.balsa.examples.kv.proto.ResponseHeader;
import dev.balsa.examples.kv.proto.TxnRequest;
import dev.balsa.examples.kv.proto.TxnResponse;
import dev.balsa.raft.model.Refusal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions: every compare, order, nesting, and what is refused. */
class TxnTest {
  private final ServiceFixture fixture = new ServiceFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static RequestOp put(String key, String value) {
    return RequestOp.newBuilder().setRequestPut(putRequest(key, value)).build();
  }

  private static RequestOp delete(String from, String to) {
    return RequestOp.newBuilder()
        .setRequestDeleteRange(
            DeleteRangeRequest.newBuilder().setKey(bytes(from)).setRangeEnd(bytes(to)))
        .build();
  }

  private static RequestOp range(RangeRequest.Builder request) {
    return RequestOp.newBuilder().setRequestRange(request).build();
  }

  private static RequestOp nested(TxnRequest request) {
    return RequestOp.newBuilder().setRequestTxn(request).build();
  }

  private static TxnRequest then(RequestOp... operations) {
    return TxnRequest.newBuilder().addAllSuccess(Arrays.asList(operations)).build();
  }

  private static Compare.Builder compare(String key) {
    return Compare.newBuilder().setKey(bytes(key));
  }

  private boolean holds(Compare.Builder compare) {
    return fixture.kv.txn(TxnRequest.newBuilder().addCompare(compare).build()).getSucceeded();
  }

  private TxnResponse txn(TxnRequest request) {
    return fixture.kv.txn(request);
  }

  private List<String> allKeys() {
    return keys(fixture.kv.range(rangeRequest("\0", "\0").build()));
  }

  /** The key k: created at 2, modified at 3, version 2, value m, no lease. */
  @ParameterizedTest
  @CsvSource({
    "VERSION,EQUAL,2,true",
    "VERSION,EQUAL,1,false",
    "VERSION,NOT_EQUAL,1,true",
    "VERSION,NOT_EQUAL,2,false",
    "VERSION,GREATER,1,true",
    "VERSION,GREATER,2,false",
    "VERSION,LESS,3,true",
    "VERSION,LESS,2,false",
    "CREATE,EQUAL,2,true",
    "CREATE,EQUAL,3,false",
    "CREATE,NOT_EQUAL,3,true",
    "CREATE,NOT_EQUAL,2,false",
    "CREATE,GREATER,1,true",
    "CREATE,GREATER,2,false",
    "CREATE,LESS,3,true",
    "CREATE,LESS,2,false",
    "MOD,EQUAL,3,true",
    "MOD,EQUAL,2,false",
    "MOD,NOT_EQUAL,2,true",
    "MOD,NOT_EQUAL,3,false",
    "MOD,GREATER,2,true",
    "MOD,GREATER,3,false",
    "MOD,LESS,4,true",
    "MOD,LESS,3,false",
    "LEASE,EQUAL,0,true",
    "LEASE,EQUAL,1,false",
    "LEASE,NOT_EQUAL,1,true",
    "LEASE,NOT_EQUAL,0,false",
    "LEASE,GREATER,-1,true",
    "LEASE,GREATER,0,false",
    "LEASE,LESS,1,true",
    "LEASE,LESS,0,false"
  })
  void comparesNumbers(CompareTarget target, CompareResult result, long number, boolean expected) {
    fixture.put("k", "l");
    fixture.put("k", "m");
    Compare.Builder compare = compare("k").setTarget(target).setResult(result);
    assertThat(holds(withNumber(compare, target, number))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"VERSION", "CREATE", "MOD", "LEASE"})
  void aMissingKeyHasZeroes(CompareTarget target) {
    Compare.Builder compare = compare("missing").setTarget(target);
    assertThat(holds(withNumber(compare.setResult(CompareResult.EQUAL), target, 0))).isTrue();
    assertThat(holds(withNumber(compare.setResult(CompareResult.GREATER), target, 0))).isFalse();
    compare.setRangeEnd(bytes("missinh"));
    assertThat(holds(withNumber(compare.setResult(CompareResult.EQUAL), target, 0))).isTrue();
    assertThat(holds(withNumber(compare.setResult(CompareResult.EQUAL), target, 1))).isFalse();
  }

  private static Compare.Builder withNumber(
      Compare.Builder compare, CompareTarget target, long number) {
    return switch (target) {
      case VERSION -> compare.setVersion(number);
      case CREATE -> compare.setCreateRevision(number);
      case MOD -> compare.setModRevision(number);
      case LEASE -> compare.setLease(number);
      case VALUE, UNRECOGNIZED -> throw new IllegalArgumentException("not a number");
    };
  }

  @ParameterizedTest
  @CsvSource({
    "EQUAL,m,true",
    "EQUAL,n,false",
    "NOT_EQUAL,n,true",
    "NOT_EQUAL,m,false",
    "GREATER,l,true",
    "GREATER,m,false",
    "LESS,n,true",
    "LESS,m,false",
    "LESS,'',false"
  })
  void comparesValues(CompareResult result, String value, boolean expected) {
    fixture.put("k", "m");
    Compare.Builder compare =
        compare("k").setTarget(CompareTarget.VALUE).setResult(result).setValue(bytes(value));
    assertThat(holds(compare)).isEqualTo(expected);
    assertThat(holds(compare.setKey(bytes("missing")))).as("no value at all").isFalse();
    assertThat(holds(compare.setRangeEnd(bytes("missinh")))).as("no value at all").isFalse();
  }

  @Test
  void aRangeCompareHoldsIfAllItsKeysAgree() {
    fixture.put("a1", "x");
    fixture.put("a2", "x");
    fixture.put("b", "y");
    Compare.Builder values = compare("a").setTarget(CompareTarget.VALUE).setValue(bytes("x"));
    assertThat(holds(values.setRangeEnd(bytes("b")))).isTrue();
    assertThat(holds(values.setRangeEnd(bytes("c")))).isFalse();
    assertThat(holds(values.setRangeEnd(bytes("\0")))).isFalse();
    assertThat(holds(values.setRangeEnd(bytes("a")))).as("an empty range").isFalse();
  }

  @Test
  void allComparesMustHold() {
    fixture.put("k", "m");
    Compare holding = compare("k").setTarget(CompareTarget.VERSION).setVersion(1).build();
    Compare failing = compare("k").setTarget(CompareTarget.VERSION).setVersion(2).build();
    TxnRequest.Builder request =
        TxnRequest.newBuilder().addSuccess(put("then", "1")).addFailure(put("else", "1"));
    assertThat(txn(request.addCompare(holding).build()).getSucceeded()).isTrue();
    assertThat(txn(request.addCompare(failing).build()).getSucceeded()).isFalse();
    assertThat(allKeys()).containsExactly("else", "k", "then");
  }

  @Test
  void allWritesOfATransactionAreOneRevision() {
    fixture.put("z", "1");
    TxnResponse reply = txn(then(put("a", "1"), put("b", "2"), delete("z", "")));
    assertThat(reply.getHeader().getRevision()).isEqualTo(3);
    assertThat(reply.getResponses(2).getResponseDeleteRange().getDeleted()).isEqualTo(1);
    var kvs = fixture.kv.range(rangeRequest("a", "c").build()).getKvsList();
    assertThat(kvs).allMatch(kv -> kv.getModRevision() == 3 && kv.getCreateRevision() == 3);
    assertThat(fixture.kv.range(rangeRequest("a", "").setRevision(2).build()).getCount()).isZero();
  }

  @Test
  void operationsSeeWhatWasDoneBeforeThem() {
    fixture.put("a", "1");
    TxnResponse reply =
        txn(then(range(rangeRequest("\0", "\0")), put("b", "2"), range(rangeRequest("\0", "\0"))));
    var before = reply.getResponses(0).getResponseRange();
    var after = reply.getResponses(2).getResponseRange();
    assertThat(keys(before)).containsExactly("a");
    assertThat(before.getHeader()).isEqualTo(ResponseHeader.newBuilder().setRevision(2).build());
    assertThat(keys(after)).containsExactly("a", "b");
    assertThat(after.getHeader().getRevision()).isEqualTo(3);
    assertThat(reply.getResponses(1).getResponsePut().getHeader().getRevision()).isEqualTo(3);
    assertThat(reply.getHeader().getMemberId()).isEqualTo(LocalReplica.MEMBER);
  }

  @Test
  void whatChangesNothingIsNoRevision() {
    fixture.put("a", "1");
    assertThat(txn(then(delete("x", "y"))).getHeader().getRevision()).isEqualTo(2);
    assertThat(txn(then(range(rangeRequest("a", "")))).getHeader().getRevision()).isEqualTo(2);
    assertThat(txn(then()).getSucceeded()).isTrue();
  }

  @Test
  void nestedTransactionsDecideOnTheStateBefore() {
    Compare missing = compare("a").setTarget(CompareTarget.VERSION).setVersion(0).build();
    TxnRequest inner =
        TxnRequest.newBuilder()
            .addCompare(missing)
            .addSuccess(put("inner", "1"))
            .addFailure(put("wrong", "1"))
            .build();
    TxnResponse reply = txn(then(put("a", "1"), nested(inner)));
    assertThat(allKeys()).containsExactly("a", "inner");
    TxnResponse nestedReply = reply.getResponses(1).getResponseTxn();
    assertThat(nestedReply.getSucceeded()).isTrue();
    assertThat(nestedReply.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
    assertThat(reply.getHeader().getRevision()).isEqualTo(2);
  }

  @Test
  void aKeyIsWrittenOnceInATransaction() {
    KvError duplicate = KvError.DUPLICATE_KEY;
    assertFails(duplicate, () -> txn(then(put("a", "1"), put("a", "2"))));
    assertFails(duplicate, () -> txn(then(put("b", "1"), delete("a", "c"))));
    assertFails(duplicate, () -> txn(then(delete("a", "\0"), put("b", "1"))));
    assertFails(duplicate, () -> txn(then(put("a", "1"), nested(then(put("a", "2"))))));
    assertFails(duplicate, () -> txn(then(delete("a", ""), nested(then(put("a", "2"))))));
    assertFails(duplicate, () -> txn(then(nested(then(delete("a", "c"))), put("b", "2"))));
    assertFails(
        duplicate, () -> txn(then(nested(then(put("b", "2"))), nested(then(delete("a", "c"))))));
    // Also in the branch that is not taken.
    assertFails(
        duplicate,
        () ->
            txn(
                TxnRequest.newBuilder()
                    .addFailure(put("a", "1"))
                    .addFailure(put("a", "1"))
                    .build()));
    assertThat(allKeys()).isEmpty();
  }

  @Test
  void branchesExcludeEachOtherAndDeletesDoNotCollide() {
    TxnRequest either =
        TxnRequest.newBuilder().addSuccess(put("a", "1")).addFailure(put("a", "2")).build();
    assertThat(txn(either).getSucceeded()).isTrue();
    assertThat(txn(then(nested(either), put("b", "1"))).getSucceeded()).isTrue();
    assertThat(txn(then(delete("a", "c"), delete("b", "d"))).getSucceeded()).isTrue();
    assertThat(allKeys()).isEmpty();
  }

  @Test
  void thereIsABudgetOfOperations() {
    RequestOp[] full = new RequestOp[128];
    for (int i = 0; i < full.length; i++) {
      full[i] = put("k" + i, "");
    }
    assertThat(txn(then(full)).getResponsesCount()).isEqualTo(128);
    assertFails(
        KvError.TOO_MANY_OPERATIONS,
        () -> txn(then(full).toBuilder().addSuccess(put("one more", "")).build()));
    assertFails(
        KvError.TOO_MANY_OPERATIONS,
        () ->
            txn(
                TxnRequest.newBuilder()
                    .addAllCompare(Collections.nCopies(129, compare("a").build()))
                    .build()));
    // One operation outside leaves 127 inside.
    assertFails(KvError.TOO_MANY_OPERATIONS, () -> txn(then(nested(then(full)))));
  }

  @Test
  void keysMustBeGiven() {
    assertFails(KvError.EMPTY_KEY, () -> txn(then(put("", "x"))));
    assertFails(KvError.EMPTY_KEY, () -> txn(then(range(rangeRequest("", "")))));
    assertFails(KvError.EMPTY_KEY, () -> txn(then(delete("", ""))));
    assertFails(
        KvError.EMPTY_KEY, () -> txn(TxnRequest.newBuilder().addCompare(compare("")).build()));
    assertFails(KvError.KEY_NOT_FOUND, () -> txn(then(RequestOp.getDefaultInstance())));
  }

  @Test
  void ifOneOperationCannotBeDoneNothingIs() {
    fixture.put("x", "1");
    fixture.put("x", "2");
    fixture.kv.compact(CompactionRequest.newBuilder().setRevision(3).build());
    RequestOp first = put("a", "1");
    RequestOp future = range(rangeRequest("x", "").setRevision(4));
    RequestOp compacted = range(rangeRequest("x", "").setRevision(2));
    RequestOp leased =
        RequestOp.newBuilder().setRequestPut(putRequest("b", "1").setLease(9)).build();
    RequestOp absent =
        RequestOp.newBuilder().setRequestPut(putRequest("b", "").setIgnoreValue(true)).build();
    assertFails(KvError.FUTURE_REVISION, () -> txn(then(first, future)));
    assertFails(KvError.COMPACTED, () -> txn(then(first, compacted)));
    assertFails(KvError.LEASE_NOT_FOUND, () -> txn(then(first, leased)));
    assertFails(KvError.KEY_NOT_FOUND, () -> txn(then(first, nested(then(absent)))));
    assertThat(allKeys()).containsExactly("x");
    assertThat(fixture.machine.state().revision()).isEqualTo(3);
    // What stands in the branch not taken does no harm.
    assertThat(txn(then(first).toBuilder().addFailure(future).build()).getSucceeded()).isTrue();
  }

  @Test
  void aSerializableTransactionNeedsNoLeader() {
    fixture.put("a", "1");
    fixture.replica.refusal = Refusal.Reason.STOPPED;
    TxnResponse reply = txn(then(range(rangeRequest("a", "").setSerializable(true))));
    assertThat(keys(reply.getResponses(0).getResponseRange())).containsExactly("a");
    assertFails(KvError.STOPPED, () -> txn(then(range(rangeRequest("a", "")))));
    assertFails(KvError.STOPPED, () -> txn(then(put("a", "1"))));
  }
}
