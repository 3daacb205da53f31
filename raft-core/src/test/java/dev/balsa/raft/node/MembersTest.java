// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balsa.raft.model.Member;
import org.junit.jupiter.api.Test;

class MembersTest {
  @Test
  void namesIdsAndAddresses() {
    Members members = Members.of("2=b:1", "1=a:1");
    assertThat(members.addresses()).containsEntry(1L, "a:1").containsEntry(2L, "b:1").hasSize(2);
    assertThat(members.membership().voters().toArray()).containsExactly(1, 2);
  }

  @Test
  void keepsANoteBesideTheAddress() {
    Members members = Members.none().and(7, "a:1", "name\nand more");
    Member member = members.membership().member(7);
    assertThat(Members.addressOf(member)).isEqualTo("a:1");
    assertThat(Members.noteOf(member)).isEqualTo("name\nand more");
    assertThat(Members.noteOf(Members.of("1=a").membership().member(1))).isEmpty();
  }

  @Test
  void refusesWhatIsNoMember() {
    for (String wrong : new String[] {"a:1", "=a", "1=", "x=a", "-1=a"}) {
      assertThatThrownBy(() -> Members.of(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong);
    }
    assertThatThrownBy(() -> Members.of("0=a")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Members.of("1=a", "1=b")).hasMessageContaining("named twice");
    assertThatThrownBy(() -> Members.none().and(1, "a\nb", "")).hasMessageContaining("line break");
  }

  /** The same everywhere and for ever: it stands in every data directory. */
  @Test
  void theClusterIdIsStable() {
    long id = Members.of("1=a:1", "2=b:1").clusterId("token");
    assertThat(id).isEqualTo(Members.of("2=b:1", "1=a:1").clusterId("token"));
    assertThat(id).isNotEqualTo(Members.of("1=a:1", "2=b:2").clusterId("token"));
    assertThat(id).isNotEqualTo(Members.of("1=a:1", "3=b:1").clusterId("token"));
    assertThat(id).isNotEqualTo(Members.of("1=a:1", "2=b:1").clusterId("other"));
    assertThat(id).isEqualTo(335282202782367687L);
  }
}
