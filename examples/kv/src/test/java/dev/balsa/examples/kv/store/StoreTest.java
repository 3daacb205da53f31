// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StoreTest {
  private static final KeyRange ALL = new KeyRange(new byte[0], null);

  private final Store store = new Store();

  private void put(String key, String value) {
    store.write(
        writer -> {
          writer.put(NaiveStore.bytes(key), NaiveStore.bytes(value), 0);
          writer.commit();
        });
  }

  private void delete(String key) {
    store.write(
        writer -> {
          writer.delete(KeyRange.single(NaiveStore.bytes(key)));
          writer.commit();
        });
  }

  private void compact(long revision) {
    store.write(writer -> writer.compact(revision));
  }

  private void clean() {
    while (store.trim(10)) {
      assertThat(store.state()).isNotNull();
    }
  }

  @Test
  void cleaningFreesWhatACompactionGaveUp() {
    put("kept", "1");
    long oneKey = store.state().footprint();
    for (int i = 0; i < 1_000; i++) {
      put("kept", "2");
      put("gone" + i, "x");
      delete("gone" + i);
    }
    put("other", "1");
    compact(store.state().revision());
    clean();
    assertThat(store.state().footprint())
        .isEqualTo(2 * oneKey + "other".length() - "kept".length());
    assertThat(store.state().tree().get(NaiveStore.bytes("gone7"))).isNull();
    assertThat(store.state().log().size()).isEqualTo(1);
  }

  @Test
  void everyKeyCanGo() {
    for (int i = 0; i < 5_000; i++) {
      put("k" + i, "v");
    }
    for (int i = 0; i < 5_000; i++) {
      delete("k" + i);
    }
    put("after", "v");
    compact(store.state().revision());
    clean();
    assertThat(store.state().count(ALL, store.state().revision())).isEqualTo(1);
    put("k77", "again");
    assertThat(store.state().get(NaiveStore.bytes("k77"), store.state().revision()).version())
        .isEqualTo(1);
  }

  @Test
  void aHotKeyIsCleanedInOneWalk() {
    int writes = 200_000;
    for (int i = 0; i < writes; i++) {
      put("hot", "v");
    }
    // Walking the newer half once for each write of the older half would take 10^10 steps.
    compact(writes / 2);
    clean();
    assertThat(store.state().get(NaiveStore.bytes("hot"), writes / 2).version())
        .isEqualTo(writes / 2 - 1);
  }

  @Test
  void anUnfinishedBatchIsNotSeen() {
    put("a", "1");
    store.write(
        writer -> {
          writer.put(NaiveStore.bytes("b"), new byte[0], 0);
          writer.commit();
          assertThat(store.state().revision()).isEqualTo(2);
          assertThat(store.state().count(ALL, 2)).isEqualTo(1);
          assertThat(writer.view().count(ALL, 3)).isEqualTo(2);
        });
    assertThat(store.state().revision()).isEqualTo(3);
  }

  @Test
  void aStateWithPendingCleaningHasTheSameBytes() throws IOException {
    for (int i = 0; i < 500; i++) {
      put("k" + i % 7, "v" + i);
    }
    compact(400);
    byte[] before = bytes(store.state());
    int hash = store.state().hash(450);
    clean();
    assertThat(bytes(store.state())).isEqualTo(before);
    assertThat(store.state().hash(450)).isEqualTo(hash);
  }

  @Test
  void hashTellsStatesApart() {
    put("a", "1");
    int hash = store.state().hash(2);
    put("a", "2");
    assertThat(store.state().hash(2)).isEqualTo(hash);
    assertThat(store.state().hash(3)).isNotEqualTo(hash);
  }

  @Test
  void garbageIsNotRestored() throws IOException {
    put("a", "1");
    put("b", "2");
    byte[] good = bytes(store.state());
    State before = store.state();
    // A length that would take the heap; a cut; keys out of order.
    byte[] huge = good.clone();
    Arrays.fill(huge, 16, 20, (byte) 0x7f);
    byte[] swapped = good.clone();
    swapped[20] = 'c';
    for (byte[] bad : new byte[][] {huge, Arrays.copyOf(good, good.length - 3), swapped}) {
      assertThatThrownBy(() -> store.restore(input(bad))).isInstanceOf(IOException.class);
      assertThat(store.state()).isSameAs(before);
    }
    store.restore(input(good));
    assertThat(store.state().count(ALL, 3)).isEqualTo(2);
  }

  @Test
  void compactionOutsideTheHistoryIsRefused() {
    put("a", "1");
    compact(2);
    assertThatThrownBy(() -> compact(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> compact(4)).isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] bytes(State state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
