// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.fuzz.Histories;
import dev.balsa.raft.model.Persist;
import dev.balsa.raft.model.SnapshotFetch;
import dev.balsa.raft.model.SnapshotMetadata;
import dev.balsa.raft.testkit.TestNode;
import dev.balsa.raft.trace.TraceSink;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every field of the core is either part of {@link RawNode#encodeState} or left out for a reason
 * that is given here. A new field belongs into its class's {@code copy} and, if anything a node
 * does depends on it, into its {@code encodeState}; else its name and the reason belong into the
 * list below.
 */
class StateFieldsTest {
  private static final String ROOT = "dev.balsa.raft.";

  private static final SnapshotMetadata SNAPSHOT =
      SnapshotMetadata.bootstrap(TestNode.voters(1, 2, 3));

  /** For what is hardly ever seen, because it only lasts until the next Ready. */
  private static final Map<String, Object> SAMPLES =
      Map.of(
          "SnapshotMetadata", SNAPSHOT,
          "SnapshotFetch", new SnapshotFetch(TestNode.memberId(2), SNAPSHOT),
          "Compaction", new Persist.Compaction(SNAPSHOT, 1));

  private static final Map<String, String> LEFT_OUT = new TreeMap<>();

  private static void leftOut(String reason, String... fields) {
    for (String field : fields) {
      LEFT_OUT.put(field, reason);
    }
  }

  static {
    leftOut(
        "leads back to the whole",
        "Candidate.raft",
        "Follower.raft",
        "Elections.raft",
        "VoteRules.raft",
        "Admission.raft",
        "LocalReads.out",
        "LogReceiver.raft",
        "LogChanges.raft",
        "LeaderTransfer.raft",
        "LeaderTransfer.replicator",
        "Departure.raft",
        "Departure.transfer",
        "Reconfiguration.raft",
        "Settings.raft",
        "Repair.raft",
        "Reconfiguration.leader",
        "Reconfiguration.replicator",
        "IncarnationBinding.raft",
        "IncarnationBinding.replicator",
        "RawNode.raft");
    leftOut(
        "a setting, which does not change",
        "Elections.config",
        "Elections.self",
        "Raft.config",
        "Raft.self",
        "RaftLog.cacheBytes");
    leftOut(
        "a setting that does not change, or one of Settings, which are told",
        "Inflights.maxBytes",
        "Inflights.maxCount");
    leftOut("hears, and is never asked", "Outbox.trace", "Raft.trace", "RawNode.trace");
    leftOut("has no state of its own", "Raft.admission", "Raft.votes", "Admission.votes");
    leftOut("follows from the configuration", "LogChanges.quorum", "IncarnationBinding.settled");
    leftOut("follows from what is told", "Outbox.hasNews", "LocalReads.newest");
    leftOut("a slice that could be made anew", "EntryCache.lastSlice", "EntryCache.lastSliceFrom");
    leftOut("could be found out anew", "Raft.dueAt", "Raft.settled");
    leftOut("a route that could be made anew", "LogReceiver.replied");
    leftOut("the sum of what is told", "EntryCache.bytes", "Inflights.bytes");
  }

  /** All states that a few random histories lead to are mutated one field at a time. */
  @Test
  void everyFieldIsToldOrLeftOutForAReason() {
    TreeSet<String> fields = new TreeSet<>();
    TreeSet<String> told = new TreeSet<>();
    Histories.forEachNode(
        80,
        node -> {
          long[] before = NumberSink.encodingOf(node);
          for (Object part : partsOf(node)) {
            for (Field field : fieldsOf(part)) {
              String name = nameOf(field);
              fields.add(name);
              // A field once seen to matter need not be tried again.
              if (!told.contains(name) && changesEncoding(node, before, part, field)) {
                told.add(name);
              }
            }
          }
        });
    TreeSet<String> decided = new TreeSet<>(told);
    decided.addAll(LEFT_OUT.keySet());
    assertThat(decided)
        .as("fields that are neither told by encodeState nor left out for a reason")
        .containsAll(fields);
    assertThat(fields).as("fields that are gone").containsAll(LEFT_OUT.keySet());
    assertThat(told).as("fields that are told").doesNotContainAnyElementsOf(LEFT_OUT.keySet());
  }

  /** But for values, an original and its copy are made of different objects. */
  @Test
  void aCopySharesNothingThatChanges() {
    Histories.forEachNode(
        30,
        node -> {
          IdentityHashMap<Object, Boolean> parts = new IdentityHashMap<>();
          partsOf(node).forEach(part -> parts.put(part, true));
          for (Object part : partsOf(node.copy())) {
            assertThat(parts).as("a shared " + part.getClass()).doesNotContainKey(part);
          }
        });
  }

  @Test
  void aSinkWithoutTimeSeesNoTicks() {
    RawNode node = TestNode.member(1, 3).start().raw();
    RawNode later = node.copy();
    later.tick(0);
    assertThat(NumberSink.encodingOf(later, false)).isEqualTo(NumberSink.encodingOf(node, false));
    assertThat(NumberSink.encodingOf(later, true)).isNotEqualTo(NumberSink.encodingOf(node, true));
  }

  private static boolean changesEncoding(RawNode node, long[] before, Object part, Field field) {
    try {
      Object original = field.get(part);
      Object other = otherThan(original, field.getType());
      if (original == other) {
        return false;
      }
      field.set(part, other);
      try {
        return !Arrays.equals(before, NumberSink.encodingOf(node));
      } catch (NullPointerException | IndexOutOfBoundsException e) {
        return !LEFT_OUT.containsKey(nameOf(field)); // it was looked at
      } finally {
        field.set(part, original);
      }
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Object otherThan(Object value, Class<?> type) {
    if (type == long.class) {
      return (long) value - 1;
    } else if (type == int.class) {
      return (int) value - 1;
    } else if (type == boolean.class) {
      return !(boolean) value;
    }
    return value != null ? null : SAMPLES.get(type.getSimpleName());
  }

  private static String nameOf(Field field) {
    String name = field.getDeclaringClass().getName();
    return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1)
        + "."
        + field.getName();
  }

  private static List<Field> fieldsOf(Object part) {
    if (!part.getClass().getName().startsWith(ROOT)) {
      return List.of();
    }
    return Arrays.stream(part.getClass().getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()))
        .peek(field -> field.setAccessible(true))
        .toList();
  }

  /** Everything below {@code node} that can change: our own classes, arrays and collections. */
  private static Collection<Object> partsOf(RawNode node) {
    IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();
    ArrayDeque<Object> open = new ArrayDeque<>(List.of(node));
    while (!open.isEmpty()) {
      Object part = open.poll();
      if (part instanceof Collection<?> collection) {
        open.addAll(collection);
      }
      if (isValue(part) || seen.put(part, true) != null) {
        continue;
      }
      for (Field field : fieldsOf(part)) {
        try {
          Object value = field.get(part);
          // Entries that the host has read are its gift, like those in a message.
          if (value != null && !nameOf(field).equals("Readies.fetched")) {
            open.add(value);
          }
        } catch (IllegalAccessException e) {
          throw new AssertionError(e);
        }
      }
      if (part instanceof Map<?, ?> map) {
        open.addAll(map.values());
      }
    }
    return seen.keySet();
  }

  /** What never changes: numbers, records, and what the messages and settings are made of. */
  private static boolean isValue(Object object) {
    Class<?> type = object.getClass();
    String name = type.getName();
    return type.isRecord()
        || object instanceof TraceSink
        || type.isEnum()
        || object instanceof Number
        || object instanceof Boolean
        || object instanceof String
        || name.startsWith(ROOT + "model.")
        || name.startsWith(ROOT + "message.")
        || name.startsWith(ROOT + "quorum.")
        || name.endsWith(".EntrySlice")
        || name.startsWith("java.util.ImmutableCollections")
        || name.startsWith("java.util.Collections$Empty")
        || name.startsWith("java.util.Collections$Unmodifiable");
  }
}
