// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.EntryId;
import dev.balsa.raft.model.Membership;
import dev.balsa.raft.testkit.TestNode;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The stack against a map from index to the configuration that was appended there. */
class MembershipStackTest {
  private static Membership at(long index) {
    return TestNode.voters(1, 2, 3).at(new EntryId(1, index));
  }

  @Property(tries = 300)
  void agreesWithAMap(@ForAll @Size(max = 60) List<@IntRange(max = 999) Integer> script) {
    MembershipStack stack = new MembershipStack(at(0));
    TreeMap<Long, Membership> twin = new TreeMap<>();
    twin.put(0L, at(0));
    long last = 0;
    long snapshot = 0;
    for (int step : script) {
      int argument = step / 10;
      switch (step % 6) {
        case 0, 1, 2 -> {
          last += 1 + argument % 4;
          stack.onAppended(at(last));
          twin.put(last, at(last));
        }
        case 3 -> {
          if (last > snapshot) {
            long from = snapshot + 1 + argument % (last - snapshot);
            boolean changed = !twin.tailMap(from).isEmpty();
            assertThat(stack.onTruncated(from)).isEqualTo(changed);
            twin.tailMap(from).clear();
            last = from - 1;
          }
        }
        case 4 -> {
          snapshot += last == snapshot ? 0 : argument % (last - snapshot);
          stack.onSnapshot(new EntryId(1, snapshot));
          twin.headMap(twin.floorKey(snapshot)).clear();
        }
        default -> {
          if (argument % 10 == 0) {
            last += 5;
            snapshot = last;
            stack.onReset(at(last));
            twin.clear();
            twin.put(last, at(last));
          }
        }
      }
      assertThat(stack.current()).isEqualTo(twin.lastEntry().getValue());
      for (long i = snapshot; i <= last + 1; i++) {
        Membership expected =
            (twin.floorEntry(i) == null ? twin.firstEntry() : twin.floorEntry(i)).getValue();
        assertThat(stack.at(i)).isEqualTo(expected);
        assertThat(stack.committed(i)).isEqualTo(expected);
        assertThat(stack.isPending(i)).isEqualTo(twin.lastKey() > i);
      }
    }
  }

  @Test
  @Tag("R-28")
  void aTruncatedConfigurationIsTakenBack() {
    MembershipStack stack = new MembershipStack(at(0));
    stack.onAppended(at(5));
    assertThat(stack.onTruncated(6)).isFalse();
    assertThat(stack.current()).isEqualTo(at(5));
    assertThat(stack.onTruncated(5)).isTrue();
    assertThat(stack.current()).isEqualTo(at(0));
    assertThat(stack.onTruncated(0)).as("the snapshot's own stays").isFalse();
  }

  @Test
  void refusesAConfigurationOutOfOrder() {
    MembershipStack stack = new MembershipStack(at(0));
    stack.onAppended(at(5));
    assertThatThrownBy(() -> stack.onAppended(at(5))).isInstanceOf(IllegalStateException.class);
  }
}
