// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.kv.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The store against {@link NaiveStore}: whatever is done to both, they read the same. */
class StoreModelTest {
  enum Kind {
    PUT,
    DELETE,
    COMMIT,
    COMPACT,
    TRIM,
    SNAPSHOT,
    RESTORE
  }

  /** {@code number} says which revision, how much, or which lease, as the kind needs it. */
  record Action(Kind kind, String from, String to, int number) {}

  private final Store store = new Store();
  private final NaiveStore model = new NaiveStore();

  /** States that were kept while writing went on, with their bytes at that time. */
  private final List<State> kept = new ArrayList<>();

  private final List<byte[]> keptBytes = new ArrayList<>();

  /** The transaction being put together, and the keys that it writes: each only once. */
  private final List<Consumer<Writer>> transaction = new ArrayList<>();

  private final Set<String> written = new HashSet<>();

  @Property(tries = 150)
  void readsLikeTheModelWithFewKeys(@ForAll("onFewKeys") List<Action> actions) throws IOException {
    run(actions, 5);
  }

  @Property(tries = 3)
  void readsLikeTheModelWithManyKeys(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      Kind kind = KINDS.get(random.nextInt(KINDS.size()));
      String to = random.nextInt(5) == 0 ? null : "key" + random.nextInt(3_000);
      // Few deletes, or no tree would grow.
      kind = kind == Kind.DELETE && random.nextInt(20) != 0 ? Kind.PUT : kind;
      actions.add(new Action(kind, "key" + random.nextInt(3_000), to, random.nextInt(1 << 20)));
    }
    run(actions, 997);
  }

  /** As often as they shall happen. */
  private static final List<Kind> KINDS = kinds(40, 8, 20, 2, 4, 1, 1);

  private static List<Kind> kinds(int... weights) {
    List<Kind> kinds = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      kinds.addAll(Collections.nCopies(weights[i], Kind.values()[i]));
    }
    return kinds;
  }

  @Provide
  Arbitrary<List<Action>> onFewKeys() {
    Arbitrary<String> keys =
        Arbitraries.strings().withChars('a', 'b', '\0', '\u00ff').ofMinLength(1).ofMaxLength(2);
    return Combinators.combine(
            Arbitraries.of(KINDS),
            keys,
            keys.injectNull(0.2),
            Arbitraries.integers().between(0, 1 << 20))
        .as(Action::new)
        .list()
        .ofMaxSize(60);
  }

  private void run(List<Action> actions, int checkEvery) throws IOException {
    int step = 0;
    for (Action action : actions) {
      perform(action);
      if (++step % checkEvery == 0) {
        compare(action);
      }
    }
    commit();
    compare(new Action(Kind.COMMIT, "", null, 0));
    for (int i = 0; i < kept.size(); i++) {
      assertThat(bytes(kept.get(i))).as("a state never changes").isEqualTo(keptBytes.get(i));
    }
  }

  private void perform(Action action) throws IOException {
    switch (action.kind) {
      case PUT -> {
        String value = "v" + action.number;
        long lease = action.number % 3;
        if (written.add(action.from)) {
          transaction.add(
              writer -> writer.put(NaiveStore.bytes(action.from), NaiveStore.bytes(value), lease));
          model.put(action.from, value, lease);
        }
      }
      case DELETE -> {
        if (written.stream().anyMatch(key -> isIn(action, key))) {
          return;
        }
        List<NaiveStore.Found> expected = model.delete(action.from, action.to);
        expected.forEach(found -> written.add(found.key()));
        transaction.add(
            writer -> {
              KeyRange range = NaiveStore.range(action.from, action.to);
              assertThat(writer.delete(range).stream().map(NaiveStore::found).toList())
                  .isEqualTo(expected);
            });
      }
      case COMMIT -> commit();
      case COMPACT -> compact(action.number);
      case TRIM -> store.trim(action.number % 50);
      case SNAPSHOT -> {
        commit();
        kept.add(store.state());
        keptBytes.add(bytes(store.state()));
      }
      case RESTORE -> {
        commit();
        store.restore(input(bytes(store.state())));
      }
    }
  }

  private static boolean isIn(Action action, String key) {
    return key.compareTo(action.from) >= 0 && (action.to == null || key.compareTo(action.to) < 0);
  }

  private void commit() {
    long expected = model.commit();
    store.write(
        writer -> {
          transaction.forEach(change -> change.accept(writer));
          assertThat(writer.revision()).isEqualTo(expected);
          // Reading the model takes time in proportion to all writes ever.
          if (model.writes.size() < 200) {
            assertThat(writer.view().count(new KeyRange(new byte[0], null), expected))
                .isEqualTo(model.read("", null, expected).size());
          }
          assertThat(writer.commit()).isEqualTo(expected);
        });
    transaction.clear();
    written.clear();
  }

  private void compact(int number) {
    commit();
    long span = model.revision - model.compactRevision;
    if (span > 0) {
      long revision = model.compactRevision + 1 + number % span;
      store.write(writer -> writer.compact(revision));
      model.compactRevision = revision;
    }
  }

  /** Compares what both say of a range, at some revision that is still there and at the newest. */
  private void compare(Action action) throws IOException {
    State state = store.state();
    assertThat(state.revision()).isEqualTo(model.revision);
    assertThat(state.compactRevision()).isEqualTo(model.compactRevision);
    long oldest = Math.max(1, model.compactRevision);
    long some = oldest + action.number % (model.revision - oldest + 1);
    compareAt(state, action, some);
    compareAt(state, action, state.revision());
    assertThat(logOf(state)).isEqualTo(model.log());
    Store restored = new Store();
    restored.restore(input(bytes(state)));
    assertThat(restored.state().hash(some)).isEqualTo(state.hash(some));
    assertThat(logOf(restored.state())).isEqualTo(model.log());
  }

  private void compareAt(State state, Action action, long revision) {
    KeyRange range = NaiveStore.range(action.from, action.to);
    List<NaiveStore.Found> found = new ArrayList<>();
    state.scan(range, revision, version -> found.add(NaiveStore.found(version)));
    assertThat(found).isEqualTo(model.read(action.from, action.to, revision));
    assertThat(state.count(range, revision)).isEqualTo(found.size());
    KeyVersion single = state.get(NaiveStore.bytes(action.from), revision);
    List<NaiveStore.Found> expected = model.read(action.from, action.from + '\0', revision);
    assertThat(single == null ? List.of() : List.of(NaiveStore.found(single))).isEqualTo(expected);
  }

  private static List<NaiveStore.Write> logOf(State state) {
    List<NaiveStore.Write> writes = new ArrayList<>();
    for (int i = 0; i < state.log().size(); i++) {
      writes.add(NaiveStore.write(state.log().get(i)));
    }
    return writes;
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
