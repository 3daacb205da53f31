// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.testkit.Dice;
import dev.balsa.raft.testkit.TestNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Round trips of any configuration, and bytes that mean harm. */
class MembershipCodecTest {
  private static final EntryId ID = new EntryId(3, 17);

  /** Any configuration of up to eight members with every mixture of roles. */
  private static Membership any(long seed) {
    Dice dice = new Dice(seed);
    List<Member> members = new ArrayList<>();
    List<List<Long>> roles =
        List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (long id = 1; id <= dice.below(9); id++) {
      long signed = dice.chance(10) ? id - 100 : id;
      members.add(
          new Member(
              new MemberId(signed, dice.next()),
              dice.chance(20),
              dice.below(5) - 2,
              dice.chance(30),
              dice.pick(List.of("", "http://h:1", "ü€𝄞"))));
      switch (dice.below(5)) {
        case 0 -> roles.get(0).add(signed);
        case 1 -> roles.get(1).add(signed);
        case 2 -> roles.get(2).add(signed);
        case 3 -> {
          roles.get(1).add(signed);
          roles.get(3).add(signed);
        }
        default -> {
          roles.get(0).add(signed);
          roles.get(1).add(signed);
        }
      }
    }
    members.sort((a, b) -> Long.compare(a.id(), b.id()));
    List<IdSet> sets =
        roles.stream()
            .map(ids -> IdSet.of(ids.stream().mapToLong(Long::longValue).toArray()))
            .toList();
    return new Membership(
        ID,
        members,
        sets.get(0),
        sets.get(1),
        sets.get(2),
        sets.get(3),
        dice.chance(50),
        dice.below(3));
  }

  @Property(tries = 1000)
  void whatIsWrittenIsRead(@ForAll long seed) {
    Membership membership = any(seed);
    byte[] bytes = MembershipCodec.encode(membership);
    assertThat(MembershipCodec.decode(ID, bytes)).isEqualTo(membership);
    assertThat(MembershipCodec.encode(MembershipCodec.decode(ID, bytes))).isEqualTo(bytes);
  }

  @Property(tries = 1000)
  void damagedBytesAreRefusedOrMeanAConfiguration(
      @ForAll long seed, @ForAll @IntRange(max = 200) int position, @ForAll byte value) {
    byte[] bytes = MembershipCodec.encode(any(seed));
    bytes[position % bytes.length] = value;
    decodeOrRefuse(bytes);
    decodeOrRefuse(Arrays.copyOf(bytes, position % (bytes.length + 1)));
    decodeOrRefuse(Arrays.copyOf(bytes, bytes.length + 1 + position));
  }

  @Property(tries = 1000)
  void anyBytesAreRefusedOrMeanAConfiguration(@ForAll byte[] bytes) {
    decodeOrRefuse(bytes);
  }

  private static void decodeOrRefuse(byte[] bytes) {
    try {
      assertThat(MembershipCodec.decode(ID, bytes)).isNotNull();
    } catch (IllegalArgumentException refused) {
      assertThat(refused).hasMessageContaining(" ");
    }
  }

  @Test
  void everyShorterPrefixIsRefused() {
    byte[] bytes = MembershipCodec.encode(TestNode.boundVoters(1, 2, 3));
    for (int length = 0; length < bytes.length; length++) {
      byte[] prefix = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> MembershipCodec.decode(ID, prefix))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void bytesBeyondTheEndAreRefused() {
    byte[] bytes = MembershipCodec.encode(TestNode.boundVoters(1, 2, 3));
    assertThatThrownBy(() -> MembershipCodec.decode(ID, Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("1 bytes too many");
  }

  /** A count or a length is checked against what is there before anything is made for it. */
  @Test
  void hugeCountsAreRefusedBeforeAnythingIsAllocated() {
    ByteBuffer count = ByteBuffer.allocate(10).put((byte) 1).put((byte) 0).putInt(0).putInt(1024);
    assertThatThrownBy(() -> MembershipCodec.decode(ID, count.array()))
        .hasMessageContaining("fewer bytes than members");
    count.putInt(6, Integer.MAX_VALUE);
    assertThatThrownBy(() -> MembershipCodec.decode(ID, count.array()))
        .hasMessageContaining("members");
    count.putInt(6, -1);
    assertThatThrownBy(() -> MembershipCodec.decode(ID, count.array()))
        .hasMessageContaining("members");
    byte[] context = MembershipCodec.encode(TestNode.voters(1));
    ByteBuffer.wrap(context).putInt(context.length - 4, 60_000);
    assertThatThrownBy(() -> MembershipCodec.decode(ID, context)).hasMessageContaining("context");
  }

  @Test
  void anUnknownVersionOrFlagIsRefused() {
    byte[] version = MembershipCodec.encode(TestNode.voters(1));
    version[0] = 2;
    assertThatThrownBy(() -> MembershipCodec.decode(ID, version)).hasMessageContaining("version");
    byte[] flag = MembershipCodec.encode(TestNode.voters(1));
    flag[10 + 16] = 64;
    assertThatThrownBy(() -> MembershipCodec.decode(ID, flag)).hasMessageContaining("flags");
  }

  @Test
  void refusesToWriteWhatItWouldNotRead() {
    Member long1 = Member.of(1, "x".repeat(MembershipCodec.MAX_CONTEXT_BYTES + 1));
    assertThatThrownBy(() -> MembershipCodec.encode(Membership.bootstrap(List.of(long1))))
        .isInstanceOf(IllegalArgumentException.class);
    long[] ids = TestNode.ids(MembershipCodec.MAX_MEMBERS + 1);
    assertThatThrownBy(() -> MembershipCodec.encode(TestNode.voters(ids)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
